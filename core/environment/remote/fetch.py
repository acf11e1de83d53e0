"""Ocean data from servers, by way of the cache.

A fetch asks the server first and keeps what it brings. When the server cannot be
reached or its answers are broken, the file that the same request brought before is
returned instead, with the time since when it may be out of date and the reason.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import NOT_MODIFIED
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.config import Settings
from core.environment.remote.box import Box, check_box
from core.environment.remote.cache import CacheEntry, EnvironmentCache
from core.environment.remote.check import lacking_in_netcdf
from core.environment.remote.guard import check_url, parse_hosts, public_url
from core.environment.remote.http import GuardedClient, Limits
from core.environment.remote.http_socket import Deadline
from core.errors import SourceError, SourceRefused

__all__ = ["Fetched", "RemoteForcing"]

logger = logging.getLogger(__name__)

BoundingBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought.

    Parameters
    ----------
    path : Path or None
        The NetCDF file; none if the server has nothing for the request.
    url : str
        What was asked, without keys.
    sha256 : str
        Of the file; empty without one.
    fetched_at : datetime
        When the server last gave these bytes or confirmed them.
    from_cache : bool
        The bytes were on this machine already.
    stale_since : datetime or None
        Set when the server could not be asked: since then the data may be out of date.
    reason : str
        Why it is from the cache, or why there is no file, in words.
    """

    path: Path | None
    url: str
    sha256: str
    fetched_at: datetime
    from_cache: bool = False
    stale_since: datetime | None = None
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether the server answered that it has nothing for the request."""
        return self.path is None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, times in ISO 8601."""
        stale = self.stale_since
        return {
            "path": None if self.path is None else str(self.path),
            "url": self.url,
            "sha256": self.sha256,
            "fetched_at": self.fetched_at.isoformat(),
            "from_cache": self.from_cache,
            "stale_since": None if stale is None else stale.isoformat(),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class _Brought:
    """What the server did: ``new`` bytes, the ``same`` as before, or ``empty``."""

    outcome: str
    url: str
    etag: str = ""
    last_modified: str = ""
    reason: str = ""


_Bring = Callable[[Path, CacheEntry | None, Deadline], _Brought]


class RemoteForcing:
    """Fetches ocean data from listed servers.

    Parameters
    ----------
    client : GuardedClient
        Asks the servers.
    cache : EnvironmentCache
        Keeps what they bring.
    """

    def __init__(self, client: GuardedClient, cache: EnvironmentCache) -> None:
        self.client = client
        self.cache = cache

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        protected: Callable[[], Collection[str]] = tuple,
    ) -> "RemoteForcing":
        """Use the allow-list, limits and data folder of the settings.

        Parameters
        ----------
        settings : Settings
            ``forcing_hosts``, ``forcing_max_mb``, ``forcing_timeout_s``, ``data_dir``.
        protected : callable, optional
            SHA-256 of files that the cache must not remove.
        """
        limits = Limits(
            total_s=settings.forcing_timeout_s,
            max_bytes=settings.forcing_max_mb * 1_000_000,
        )
        client = GuardedClient(parse_hosts(settings.forcing_hosts), limits=limits)
        folder = settings.data_dir / "cache" / "environment"
        return cls(client, EnvironmentCache(folder, protected=protected))

    def fetch_file(self, url: str, *, max_age_s: float = 0.0) -> Fetched:
        """Fetch a NetCDF file as it is.

        A file that was fetched before is asked for with its ETag or date, so that one
        that did not change is not sent again.

        Parameters
        ----------
        url : str
            Address of the file.
        max_age_s : float, default 0
            Take the file from the cache without asking if it is younger than this.

        Raises
        ------
        SourceRefused
            If the guard or the server refuses the request: it has to change.
        SourceTimeout, SourceError
            If the server failed and the cache has nothing.
        """
        target = check_url(url, self.client.hosts)

        def bring(part: Path, known: CacheEntry | None, deadline: Deadline) -> _Brought:
            return self._bring_file(target.url, part, known, deadline)

        request = {"kind": "file", "url": target.url}
        return self._fetched(request, target.url, bring, max_age_s=max_age_s)

    def fetch_opendap(
        self,
        url: str,
        *,
        bbox: BoundingBox,
        start: datetime,
        end: datetime,
        variables: Collection[str] = (),
        max_age_s: float = 0.0,
    ) -> Fetched:
        """Fetch a part of a grid over OPeNDAP (DAP 2).

        Parameters
        ----------
        url : str
            Address of the dataset.
        bbox : tuple of float
            West, south, east, north in degrees; west > east goes over the date line.
        start, end : datetime
            With time zone.
        variables : collection of str, optional
            Names of variables; those that move debris if none is given.
        max_age_s : float, default 0
            Take it from the cache without asking if it is younger than this.

        Raises
        ------
        InputError
            If the box, a time or a variable cannot be.
        SourceRefused, SourceTimeout, SourceError
            As ``fetch_file``.
        """
        from core.environment.remote.opendap import dap_base
        from core.environment.remote.opendap_file import bring_by_dap

        box = check_box(bbox, start, end)
        base = dap_base(check_url(url, self.client.hosts).url)
        names = tuple(variables)

        def bring(
            part: Path, _known: CacheEntry | None, deadline: Deadline
        ) -> _Brought:
            reason = bring_by_dap(
                self.client, base, names, box, part, deadline=deadline
            )
            return _Brought("empty" if reason else "new", base, reason=reason)

        request = _request("opendap", base, names, box)
        return self._fetched(request, base, bring, max_age_s=max_age_s)

    def fetch_griddap(
        self,
        server: str,
        dataset: str,
        *,
        bbox: BoundingBox,
        start: datetime,
        end: datetime,
        variables: Collection[str] = (),
        max_age_s: float = 0.0,
    ) -> Fetched:
        """Fetch a part of a gridded dataset of an ERDDAP server.

        Parameters
        ----------
        server : str
            Address of the server; it commonly ends in ``/erddap``.
        dataset : str
            Its name on the server.
        bbox, start, end, variables, max_age_s
            As for ``fetch_opendap``.

        Raises
        ------
        InputError
            If the box, a time, the dataset's name or a variable cannot be.
        SourceRefused, SourceTimeout, SourceError
            As ``fetch_file``.
        """
        from core.environment.remote.erddap import bring_by_griddap, erddap_base

        box = check_box(bbox, start, end)
        base = check_url(erddap_base(server, dataset), self.client.hosts).url
        names = tuple(variables)

        def bring(
            part: Path, _known: CacheEntry | None, deadline: Deadline
        ) -> _Brought:
            reason = bring_by_griddap(
                self.client, base, names, box, part, deadline=deadline
            )
            return _Brought("empty" if reason else "new", base, reason=reason)

        request = _request("griddap", base, names, box)
        return self._fetched(request, base, bring, max_age_s=max_age_s)

    def _bring_file(
        self, url: str, part: Path, known: CacheEntry | None, deadline: Deadline
    ) -> _Brought:
        from core.environment.remote.erddap import is_empty_answer
        from core.environment.remote.opendap import raise_if_refused

        headers = {}
        # The index of the cache is a file that anybody may have written to.
        if known is not None and (etag := _one_line(known.etag)):
            headers["If-None-Match"] = etag
        if known is not None and (since := _one_line(known.last_modified)):
            headers["If-Modified-Since"] = since
        answer = self.client.get(
            url, part, deadline=deadline, headers=headers, check=lacking_in_netcdf
        )
        if answer.status == NOT_MODIFIED and headers:
            return _Brought("same", url)
        if is_empty_answer(answer):
            return _Brought("empty", url, reason=answer.words())
        raise_if_refused(answer, urlsplit(url).netloc)
        return _Brought(
            "new",
            url,
            etag=_one_line(answer.headers.get("etag", "")),
            last_modified=_one_line(answer.headers.get("last-modified", "")),
        )

    def _fetched(
        self,
        request: Mapping[str, object],
        url: str,
        bring: _Bring,
        *,
        max_age_s: float,
    ) -> Fetched:
        shown = public_url(url)
        known = self.cache.find(request)
        if known is not None and 0 <= _age_s(known) < max_age_s:
            return self._kept(known, f"fetched {_age_s(known):.0f} s ago")
        deadline = Deadline(self.client.limits.total_s)
        try:
            with self.cache.part() as part:
                brought = bring(part, known, deadline)
                if brought.outcome == "new":
                    known = self.cache.put(
                        part,
                        request,
                        url=shown,
                        etag=brought.etag,
                        last_modified=brought.last_modified,
                    )
        except SourceRefused:
            raise  # the request must change; an old answer would hide that
        except SourceError as error:
            if known is None:
                raise
            logger.warning("%s, serving the cached file", error)
            return self._kept(known, str(error), stale=True)
        if brought.outcome == "empty":
            return Fetched(None, shown, "", datetime.now(UTC), reason=brought.reason)
        assert known is not None  # noqa: S101 - new was put, same needs a known one
        if brought.outcome == "same":
            known = self.cache.confirm(request, known)
            return self._kept(known, "not changed on the server")
        return Fetched(
            self.cache.path(known.sha256), shown, known.sha256, known.fetched_at
        )

    def _kept(self, entry: CacheEntry, reason: str, *, stale: bool = False) -> Fetched:
        return Fetched(
            self.cache.path(entry.sha256),
            entry.url,
            entry.sha256,
            entry.fetched_at,
            from_cache=True,
            stale_since=entry.fetched_at if stale else None,
            reason=reason,
        )


def _request(
    kind: str, base: str, names: tuple[str, ...], box: Box
) -> dict[str, object]:
    return {
        "kind": kind,
        "url": base,
        "variables": sorted(names),
        "bbox": [box.west, box.south, box.east, box.north],
        "start": box.start.astimezone(UTC).isoformat(),
        "end": box.end.astimezone(UTC).isoformat(),
    }


def _age_s(entry: CacheEntry) -> float:
    return (datetime.now(UTC) - entry.fetched_at).total_seconds()


def _one_line(value: str) -> str:
    """Take a header's value that is sent back later if it is plain, else nothing."""
    value = value.strip()
    return value if value.isascii() and value.isprintable() and len(value) < 200 else ""
