"""Forcing from servers: fetched, renewed, and kept in use when a server fails."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from core.environment import Forcing, open_forcing
from core.errors import InputError, SourceError
from core.forecasts.forcings import add_forcing, keep_forcing
from core.governance import record

if TYPE_CHECKING:
    from core.environment import Fetched
    from core.storage import Store

__all__ = [
    "ForcingSource",
    "Refreshed",
    "fetch_forcing",
    "forcing_request",
    "refresh_forcing",
]

_LOG = logging.getLogger(__name__)
_METHODS = ("file", "opendap", "griddap")
#: Hours before and after now that a request covers if it does not say (assumption: the
#: hindcast of a day and a forecast of five).
_BACK_H, _AHEAD_H = 24.0, 120.0
_MAX_HOURS = 24.0 * 400
_MAX_ERROR = 500


class ForcingSource(Protocol):
    """What asks the servers: ``core.environment.RemoteForcing`` or the like."""

    def fetch_file(self, url: str) -> "Fetched":
        """Fetch a file as it is."""

    def fetch_opendap(self, url: str, **part: Any) -> "Fetched":
        """Fetch a part of a dataset over OPeNDAP."""

    def fetch_griddap(self, server: str, dataset: str, **part: Any) -> "Fetched":
        """Fetch a part of a dataset of an ERDDAP server."""


@dataclass(frozen=True)
class Refreshed:
    """What came of asking a source again.

    Attributes
    ----------
    forcing_id : str
        The row in use now.
    is_new : bool
        Whether it holds newer data than before.
    stale_since : datetime or None
        Set when the source failed: since then the data may be out of date.
    reason : str
        Why it failed, in words.
    """

    forcing_id: str
    is_new: bool
    stale_since: datetime | None = None
    reason: str = ""


def forcing_request(
    method: str,
    url: str,
    *,
    dataset: str = "",
    bbox: Sequence[float] = (),
    variables: Sequence[str] = (),
    back_h: float = _BACK_H,
    ahead_h: float = _AHEAD_H,
) -> dict[str, Any]:
    """Write down what to ask a server for, now and at each renewal.

    Parameters
    ----------
    method : {"file", "opendap", "griddap"}
        A whole file, or a part of a grid by OPeNDAP or from an ERDDAP server.
    url : str
        Address of the file, the dataset or the ERDDAP server.
    dataset : str
        Name on the ERDDAP server.
    bbox : sequence of float
        West, south, east, north; needed for a part of a grid.
    variables : sequence of str
        Names to fetch; those that move debris if none is given.
    back_h, ahead_h : float
        The period around the time of asking, hours.

    Raises
    ------
    InputError
        If something is missing or out of range.
    """
    if method not in _METHODS:
        raise InputError(f"method {method!r}, expected one of {', '.join(_METHODS)}")
    if not url.strip():
        raise InputError("a request needs an address")
    if method == "file":
        return {"method": method, "url": url.strip()}
    if len(bbox) != 4:
        raise InputError("a part of a grid needs west, south, east, north")
    if method == "griddap" and not dataset:
        raise InputError("an ERDDAP request needs the name of a dataset")
    for word, hours in (("back_h", back_h), ("ahead_h", ahead_h)):
        if not -_MAX_HOURS <= hours <= _MAX_HOURS:
            raise InputError(
                f"{word} {hours} outside -{_MAX_HOURS:g} to {_MAX_HOURS:g}"
            )
    if back_h + ahead_h <= 0:
        raise InputError(f"the period from -{back_h:g} h to {ahead_h:g} h is empty")
    return {
        "method": method,
        "url": url.strip(),
        "dataset": dataset,
        "bbox": [float(edge) for edge in bbox],
        "variables": list(variables),
        "back_h": float(back_h),
        "ahead_h": float(ahead_h),
    }


def fetch_forcing(
    store: "Store",
    source: ForcingSource,
    request: Mapping[str, Any],
    *,
    name: str,
    actor: str,
    licence: str = "",
    now: datetime | None = None,
) -> list[str]:
    """Ask a server for the first time and take what it brings into the store.

    Parameters
    ----------
    store : Store
        Where it goes.
    source : ForcingSource
        Asks the server.
    request : mapping
        From :func:`forcing_request`.
    name, actor, licence
        As for ``add_forcing``.
    now : datetime, optional
        Middle of the period; the present if not given.

    Returns
    -------
    list of str
        Ids, one a kind.

    Raises
    ------
    SourceError
        If the server fails, refuses or has nothing.
    InputError
        If what it brought cannot be used.
    """
    fetched = _ask(source, request, now or datetime.now(UTC))
    if fetched.path is None:
        raise SourceError(
            f"{fetched.url} has nothing for this request: {fetched.reason}"
        )
    return add_forcing(
        store,
        fetched.path,
        name=name,
        actor=actor,
        source_url=fetched.url,
        request=request,
        licence=licence,
    )


def refresh_forcing(
    store: "Store",
    forcing_id: str,
    *,
    source: ForcingSource,
    actor: str,
    now: datetime | None = None,
) -> Refreshed:
    """Ask the source of a forcing again.

    When the source fails, the stored file stays in use and its row says since when it
    may be out of date and why. Newer data become new rows, one a kind of the file; the
    old ones are retired and stay for the forecasts made from them.

    Parameters
    ----------
    store : Store
        Where the forcing is.
    forcing_id : str
        Which to renew.
    source : ForcingSource
        Asks the server.
    actor : str
        Who asks, for the audit log.
    now : datetime, optional
        The present if not given.

    Raises
    ------
    NotFoundError
        If there is no such forcing.
    InputError
        If it did not come from a server.
    """
    moment = now or datetime.now(UTC)
    row = store.forcings.get(forcing_id)
    if not row["request"]:
        raise InputError(f"{row['name']} came from a file; there is no source to ask")
    together = [
        one
        for one in store.forcings.listing()
        if one["sha256"] == row["sha256"] or one["forcing_id"] == forcing_id
    ]
    try:
        fetched = _ask(source, row["request"], moment)
        if fetched.path is None:
            raise SourceError(f"the source has nothing: {fetched.reason}")
        if fetched.stale_since is not None:
            raise SourceError(fetched.reason)
        if fetched.sha256 == row["sha256"]:
            for one in together:
                store.forcings.update(
                    one["forcing_id"],
                    checked_at=moment,
                    stale_since=None,
                    last_error="",
                )
            return Refreshed(forcing_id, is_new=False)
        found: dict[str, Forcing] = {
            one.kind: one for one in open_forcing(fetched.path)
        }
        if row["kind"] not in found:
            raise SourceError(f"the source no longer holds a {row['kind']}")
        sha256 = store.files.put_file(fetched.path)
    except (SourceError, InputError) as error:
        _LOG.warning("forcing %s could not be renewed: %s", forcing_id, error)
        return _stale(store, row, together, str(error))
    return _replace(store, row, together, found, sha256, actor=actor, moment=moment)


def _ask(source: ForcingSource, request: Mapping[str, Any], now: datetime) -> "Fetched":
    method, url = request.get("method"), str(request.get("url", ""))
    if method == "file":
        return source.fetch_file(url)
    part = {
        "bbox": tuple(request.get("bbox", ())),
        "start": now - timedelta(hours=request.get("back_h", _BACK_H)),
        "end": now + timedelta(hours=request.get("ahead_h", _AHEAD_H)),
        "variables": tuple(request.get("variables", ())),
    }
    if method == "opendap":
        return source.fetch_opendap(url, **part)
    if method == "griddap":
        return source.fetch_griddap(url, str(request.get("dataset", "")), **part)
    raise InputError(f"request of unknown method {method!r}")


def _stale(
    store: "Store",
    row: Mapping[str, Any],
    together: Sequence[Mapping[str, Any]],
    reason: str,
) -> Refreshed:
    """Keep what is there and say since when nothing newer came."""
    since = row["stale_since"] or row["checked_at"] or row["fetched_at"]
    with store.transaction():
        for one in together:
            store.forcings.update(
                one["forcing_id"], stale_since=since, last_error=reason[:_MAX_ERROR]
            )
    return Refreshed(row["forcing_id"], is_new=False, stale_since=since, reason=reason)


def _replace(
    store: "Store",
    row: Mapping[str, Any],
    together: Sequence[Mapping[str, Any]],
    found: Mapping[str, Forcing],
    sha256: str,
    *,
    actor: str,
    moment: datetime,
) -> Refreshed:
    kept = ("name", "source_url", "request", "licence")
    in_use = row["forcing_id"]
    with store.transaction():
        for one in together:
            if one["kind"] not in found:
                store.forcings.update(
                    one["forcing_id"],
                    stale_since=one["stale_since"] or one["fetched_at"],
                    last_error=f"the source no longer holds a {one['kind']}",
                )
                continue
            new_id = keep_forcing(
                store,
                found[one["kind"]],
                sha256,
                actor=actor,
                simulated=bool(one["simulated"]),
                added_by=actor,
                fetched_at=moment,
                **{name: one[name] for name in kept},
            )
            store.forcings.retire(one["forcing_id"], superseded_by=new_id)
            record(
                store,
                "forcing.refreshed",
                actor,
                f"forcing:{one['forcing_id']}",
                {"superseded_by": new_id, "sha256": sha256, "was": one["sha256"]},
            )
            if one["forcing_id"] == row["forcing_id"]:
                in_use = new_id
    return Refreshed(in_use, is_new=True)
