"""Where the broker is, and how to speak to it; secrets stay out of every message."""

import ipaddress
import re
import select
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt import client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from core.errors import InputError

__all__ = ["BrokerAddress", "default_client_id"]

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_MAX_CLIENT_ID = 60


@dataclass(frozen=True)
class BrokerAddress:
    """A broker from its URL.

    Attributes
    ----------
    host, port : str, int
        Where it listens.
    is_tls : bool
        Whether the scheme was ``mqtts``.
    username, password : str or None
        From the URL; not in the object's text.
    """

    host: str
    port: int
    is_tls: bool
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> "BrokerAddress":
        """Read ``mqtt://[user:password@]host[:port]`` or ``mqtts://…``.

        Signs such as ``@ : / # ?`` in the user or password are percent-encoded.

        Raises
        ------
        InputError
            If it is none; the message never repeats the URL.
        """
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError as error:
            raise InputError(
                "the MQTT URL cannot be read, expected mqtt://host:port or "
                "mqtts://user:password@host:port"
            ) from error
        if parts.scheme not in _PORTS:
            raise InputError(
                "the MQTT URL must begin with mqtt:// or mqtts:// (percent-encode "
                "special signs in a password)"
            )
        if (
            not parts.hostname
            or parts.path not in ("", "/")
            or "?" in url
            or "#" in url
        ):
            raise InputError(
                "the MQTT URL must be a host and a port and nothing after it "
                "(percent-encode special signs in a password)"
            )
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            is_tls=parts.scheme == "mqtts",
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )

    @property
    def shown(self) -> str:
        """Address without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.is_tls else 'mqtt'}://{host}:{self.port}"

    @property
    def sends_password_in_clear(self) -> bool:
        """Whether a password would cross a network unencrypted."""
        return self.password is not None and not self.is_tls and not self._is_loopback

    @property
    def _is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def default_client_id() -> str:
    """Client id of this machine, the same at every start: it names the session."""
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())
    return f"gyre-ingest-{host}"[:_MAX_CLIENT_ID]


class PatientClient(mqtt.Client):
    """Client that reads all that arrived before it calls a connection lost.

    A broker that is killed has handed us messages that it told their senders it has.
    They lie in our socket and nowhere else, and the first acknowledgement we write
    fails. The library would then close the socket and drop them; here the end of what
    can be read decides instead.
    """

    def __init__(self, client_id: str) -> None:
        super().__init__(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        # With this set, an acknowledgement waits for `loop_write` instead of being
        # written at once, so that reading comes first.
        self.on_socket_register_write = _do_nothing

    def _sock_send(self, buf: bytes | bytearray) -> int:
        try:
            return super()._sock_send(buf)
        except BlockingIOError:
            raise
        except OSError as error:
            raise BlockingIOError("left to the reader") from error

    def read_what_came(self, *, at_most: int) -> None:
        """Read messages until none is waiting, or enough are."""
        for _ in range(at_most):
            sock = self.socket()
            if sock is None or not _has_data(sock):
                return
            self.loop_read()


class _TidySocket(ssl.SSLSocket):
    """Socket that closes when its handshake fails; paho 2.2 would leave it open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _has_data(sock: Any) -> bool:
    pending = getattr(sock, "pending", None)  # bytes that TLS holds already
    if pending is not None and pending() > 0:
        return True
    try:
        return bool(select.select([sock], [], [], 0)[0])
    except ValueError:  # closed meanwhile
        return False


def _do_nothing(*_: object) -> None:
    """Stand in for a callback."""


def make_client(
    address: BrokerAddress,
    *,
    client_id: str,
    keepalive_s: int,
    session_expiry_s: int,
    max_in_flight: int,
    max_packet_bytes: int,
) -> PatientClient:
    """Make a client of MQTT 5 with a persistent session, not connected yet."""
    client = PatientClient(client_id)
    client.connect_timeout = 5.0
    if address.username is not None or address.password is not None:
        client.username_pw_set(address.username, address.password)
    if address.is_tls:
        # The system's authorities; SSL_CERT_FILE adds one's own, as OpenSSL has it.
        context = ssl.create_default_context()
        context.sslsocket_class = _TidySocket
        client.tls_set_context(context)
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho
    properties.SessionExpiryInterval = session_expiry_s
    properties.ReceiveMaximum = max_in_flight
    properties.MaximumPacketSize = max_packet_bytes
    client.connect_async(
        address.host,
        address.port,
        keepalive=keepalive_s,
        clean_start=False,
        properties=properties,
    )
    return client
