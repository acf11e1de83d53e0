"""Addresses that lead into the operator's own network are refused."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.environment.remote.guard import (
    HostEntry,
    check_addresses,
    check_url,
    parse_hosts,
    public_url,
    resolve,
)
from core.errors import InputError, SourceError, SourceRefused

LISTED = parse_hosts("ocean.example, data.example:8443, 127.0.0.1:8000, localhost")


def test_the_allow_list_is_read_in_its_one_spelling():
    entries = parse_hosts(" Ocean.Example. , [0:0:0:0:0:0:0:1]:80,,127.0.0.1 ")
    assert entries == (
        HostEntry("ocean.example"),
        HostEntry("::1", 80),
        HostEntry("127.0.0.1"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://ocean.example",
        "*.example",
        "ocean.example/erddap",
        "user@ocean.example",
        "ocean.example:99999",
        "ocean.example:0",
        "2130706433",
        "ocean example",
        "-ocean.example",
        "[::1",
    ],
)
def test_an_entry_that_is_no_host_is_refused_when_the_list_is_read(text):
    with pytest.raises(InputError, match="forcing_hosts"):
        parse_hosts(text)


def test_an_empty_list_allows_no_server_at_all():
    assert parse_hosts("") == ()
    for url in ("https://ocean.example/a.nc", "http://127.0.0.1:8000/a.nc"):
        with pytest.raises(SourceRefused, match="not in the setting forcing_hosts"):
            check_url(url, ())


def test_a_listed_host_is_taken_apart():
    target = check_url("https://OCEAN.example./a%20b.nc?x=1#part", LISTED)
    assert target.url == "https://ocean.example/a%20b.nc?x=1"
    assert (target.host, target.port, target.path) == (
        "ocean.example",
        443,
        "/a%20b.nc?x=1",
    )
    assert not target.is_loopback
    assert target.host_header == "ocean.example"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://other.example/a.nc", "not in the setting"),
        ("https://ocean.example.evil.example/a.nc", "not in the setting"),
        ("https://ocean.example:8443/a.nc", "not in the setting"),
        ("https://data.example/a.nc", "not in the setting"),
        ("https://127.0.0.2:8000/a.nc", "not in the setting"),
        ("http://127.0.0.1:8001/a.nc", "not in the setting"),
        ("http://ocean.example:443/a.nc", "only https"),
        ("ftp://ocean.example/a.nc", "expected a URL with https"),
        ("file:///etc/passwd", "expected a URL with https"),
        ("ocean.example/a.nc", "expected a URL with https"),
        ("https:///a.nc", "not a host name"),
        ("https://ocean.example:0/a.nc", "port 0"),
        ("https://ocean.example:banana/a.nc", "not a port"),
        ("https://ocean.example/a b.nc", "percent-encode"),
        ("https://ocean.example/a\r\nHost: evil", "percent-encode"),
        ("https://ocean.example\\@evil.example/", "percent-encode"),
        ("https://oce\u0430n.example/a.nc", "percent-encode"),
        ("https://\uff11\uff12\uff17.0.0.1/a.nc", "percent-encode"),
        ("https://[fe80::1%25eth0]/a.nc", "not an IPv6"),
        ("https://[::1/a.nc", "not a URL"),
        ("https://ocean.example/" + "a" * 9000, "at most 8000"),
    ],
)
def test_other_urls_are_refused_with_the_reason(url, reason):
    with pytest.raises(SourceRefused, match=reason):
        check_url(url, LISTED)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.0x1", "010.1"]
)
def test_numbers_that_a_resolver_would_read_as_an_address_are_refused(host):
    with pytest.raises(SourceRefused, match="four decimal numbers"):
        check_url(f"http://{host}/a.nc", [HostEntry(host)])


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.1.4",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "100.64.0.1",
    ],
)
def test_a_private_address_is_refused_even_when_listed(host):
    with pytest.raises(SourceRefused, match="leads to"):
        check_url(f"https://{host}/a.nc", [HostEntry(host)])


def test_a_password_is_refused_and_never_repeated():
    with pytest.raises(SourceRefused) as caught:
        check_url("https://me:hunter2@ocean.example/a.nc", LISTED)
    assert "hunter2" not in str(caught.value)
    assert public_url("https://me:hunter2@ocean.example/a.nc#x") == (
        "https://ocean.example/a.nc"
    )
    shown = public_url("https://ocean.example/a?apikey=hunter2&u=[0:1:2]&SIGN=abc")
    assert "hunter2" not in shown
    assert "abc" not in shown
    assert "u=" in shown
    assert public_url("https://[::1/a") == "(unreadable URL)"


def test_a_query_without_secrets_is_shown_as_it_is():
    url = "https://ocean.example/griddap/d.nc?u[(0):1:(1)]"
    assert public_url(url) == url


def test_loopback_may_be_asked_by_http_at_any_port_of_a_listed_name():
    assert check_url("http://localhost:4321/a", LISTED).is_loopback
    assert check_url("http://127.0.0.1:8000/a", LISTED).is_loopback
    assert (
        check_url("http://[::1]:81/a", parse_hosts("[::1]")).host_header == "[::1]:81"
    )


# RFC 6890 and its companions; what each is follows the address.
INSIDE = [
    "127.0.0.1",  # loopback
    "10.1.2.3",  # private
    "172.16.0.1",  # private
    "192.168.0.1",  # private
    "169.254.169.254",  # link-local, cloud metadata
    "100.64.0.1",  # shared by carriers
    "192.0.2.1",  # documentation
    "198.18.0.1",  # benchmarks
    "224.0.0.251",  # multicast
    "240.0.0.1",  # reserved
    "255.255.255.255",  # broadcast
    "0.0.0.0",  # noqa: S104 - this host
    "::1",  # loopback
    "::",  # this host
    "fe80::1",  # link-local
    "fe80::1%eth0",  # link-local with a zone
    "fc00::1",  # private
    "fec0::1",  # site-local
    "ff02::1",  # multicast
    "2001:db8::1",  # documentation
    "::ffff:127.0.0.1",  # IPv4-mapped loopback
    "::ffff:10.0.0.1",  # IPv4-mapped private
    "::127.0.0.1",  # IPv4-compatible
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "64:ff9b::a00:1",  # NAT64 of 10.0.0.1
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_resolves_inside_is_refused(address):
    with pytest.raises(SourceRefused, match=r"ocean\.example leads to"):
        check_addresses("ocean.example", [address], loopback=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_name_that_resolves_outside_passes(address):
    check_addresses("ocean.example", [address], loopback=False)


def test_one_bad_address_among_good_ones_refuses_the_name():
    with pytest.raises(SourceRefused, match="this machine"):
        check_addresses("ocean.example", ["8.8.8.8", "127.0.0.1"], loopback=False)


def test_a_listed_loopback_name_must_stay_on_this_machine():
    check_addresses("localhost", ["::1", "127.0.0.1"], loopback=True)
    with pytest.raises(SourceRefused, match="where this machine was expected"):
        check_addresses("localhost", ["8.8.8.8"], loopback=True)
    with pytest.raises(SourceRefused, match="private"):
        check_addresses("localhost", ["10.0.0.1"], loopback=True)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_and_its_mapped_form_are_judged_alike(address):
    def passes(text: str) -> bool:
        try:
            check_addresses("h", [text], loopback=False)
        except SourceRefused:
            return False
        return True

    assert passes(str(address)) == passes(f"::ffff:{address}")


@given(st.text(max_size=60))
def test_no_text_passes_that_is_not_on_the_list(text):
    with pytest.raises(SourceRefused):
        check_url(text, parse_hosts("ocean.example:1"))
    with pytest.raises(SourceRefused):
        check_url("https://" + text, parse_hosts("ocean.example:1"))


def test_names_are_resolved_by_the_system(monkeypatch):
    def answer(*_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (a, 443)) for a in ("8.8.8.8", "8.8.4.4", "8.8.8.8")]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    assert resolve("ocean.example", 443) == ["8.8.8.8", "8.8.4.4"]


def test_an_unknown_name_is_a_failed_source(monkeypatch):
    def fail(*_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(SourceError, match=r"ocean\.example was not found"):
        resolve("ocean.example", 443)
