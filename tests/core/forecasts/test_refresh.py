"""Rules of asking servers: newer data replace, failures leave the old file in use."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from core.environment import Fetched
from core.errors import InputError, SourceError, SourceRefused, SourceTimeout
from core.forecasts import (
    fetch_forcing,
    forcing_request,
    load_forcing,
    make_forecast,
    refresh_forcing,
)
from core.forecasts.forcings import forcings
from core.governance import verify_chain
from core.storage import Store
from core.storage.files import ContentFiles
from tests.core.forecasts.flows import START, uniform

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "https://data.example/erddap"
REQUEST = forcing_request(
    "griddap", URL, dataset="sea", bbox=(-160, -5, -150, 5), back_h=12, ahead_h=48
)


class FakeServer:
    """Answers with a file, a failure, or nothing; notes what it was asked."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self.error: Exception | None = None
        self.stale_since: datetime | None = None
        self.asked: list[tuple[Any, ...]] = []

    def fetch_file(self, url: str) -> Fetched:
        return self._answer("file", url)

    def fetch_opendap(self, url: str, **part: Any) -> Fetched:
        return self._answer("opendap", url, part)

    def fetch_griddap(self, server: str, dataset: str, **part: Any) -> Fetched:
        return self._answer("griddap", server, dataset, part)

    def serve(self, *, kind: str = "current", u: float = 0.5) -> None:
        assert self.path is not None
        self.path.unlink(missing_ok=True)
        uniform(kind, u=u).to_netcdf(self.path)

    def _answer(self, *asked: Any) -> Fetched:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        if self.path is None:
            return Fetched(None, URL, "", NOW, reason="no matching results")
        held = ContentFiles(self.path.parent / "hash")
        sha256 = held.put_file(self.path)
        return Fetched(
            self.path,
            URL,
            sha256,
            NOW,
            from_cache=self.stale_since is not None,
            stale_since=self.stale_since,
            reason="server does not answer" if self.stale_since else "",
        )


@pytest.fixture
def server(tmp_path: Path) -> FakeServer:
    found = FakeServer(tmp_path / "answer.nc")
    found.serve()
    return found


@pytest.fixture
def fetched(store: Store, server: FakeServer) -> str:
    """Id of a current that was fetched once."""
    (forcing_id,) = fetch_forcing(
        store, server, REQUEST, name="Sea", actor="mia", licence="CC BY 4.0", now=NOW
    )
    return forcing_id


def test_a_fetch_asks_for_the_period_around_now(
    store: Store, server: FakeServer, fetched: str
) -> None:
    assert server.asked == [
        (
            "griddap",
            URL,
            "sea",
            {
                "bbox": (-160.0, -5.0, -150.0, 5.0),
                "start": NOW - timedelta(hours=12),
                "end": NOW + timedelta(hours=48),
                "variables": (),
            },
        )
    ]
    row = store.forcings.get(fetched)
    assert (row["source_url"], row["licence"]) == (URL, "CC BY 4.0")
    assert row["request"] == REQUEST


def test_newer_data_take_the_place_and_the_old_stay_for_their_forecasts(
    store: Store, server: FakeServer, fetched: str, seeds: Any
) -> None:
    forecast_id = make_forecast(
        store, seeds, current_id=fetched, hours=24, members=2, name="f", actor="mia"
    )
    server.serve(u=0.25)
    done = refresh_forcing(store, fetched, source=server, actor="mia", now=NOW)
    assert done.is_new
    assert [row["forcing_id"] for row in forcings(store)] == [done.forcing_id]
    new, old = store.forcings.get(done.forcing_id), store.forcings.get(fetched)
    assert (new["name"], new["licence"], new["request"]) == (
        "Sea",
        "CC BY 4.0",
        REQUEST,
    )
    assert (old["active"], old["superseded_by"]) == (False, done.forcing_id)
    assert load_forcing(store, done.forcing_id).u.max() == 0.25
    assert load_forcing(store, fetched).u.max() == 0.5
    assert store.forecasts.get(forecast_id)["forcing_ids"] == [fetched]
    (entry,) = store.audit.entries(action="forcing.refreshed")
    assert json.loads(entry["detail"])["superseded_by"] == done.forcing_id
    assert verify_chain(store).length == store.audit.count()


def test_the_same_data_are_only_confirmed(
    store: Store, server: FakeServer, fetched: str
) -> None:
    later = NOW + timedelta(hours=6)
    done = refresh_forcing(store, fetched, source=server, actor="mia", now=later)
    assert (done.forcing_id, done.is_new, done.stale_since) == (fetched, False, None)
    assert store.forcings.get(fetched)["checked_at"] == later


@pytest.mark.parametrize(
    "error",
    [
        SourceTimeout("no answer in 120 s"),
        SourceError("HTTP 503"),
        SourceRefused("host is not listed"),
    ],
)
def test_a_failure_keeps_the_old_file_in_use_and_says_since_when(
    store: Store, server: FakeServer, fetched: str, error: SourceError
) -> None:
    refresh_forcing(store, fetched, source=server, actor="mia", now=NOW)
    server.error = error
    for hours in (6, 12):
        done = refresh_forcing(
            store, fetched, source=server, actor="mia", now=NOW + timedelta(hours=hours)
        )
        assert (done.forcing_id, done.is_new) == (fetched, False)
        assert done.stale_since == NOW
        assert str(error) in done.reason
    row = store.forcings.get(fetched)
    assert (row["stale_since"], row["last_error"]) == (NOW, str(error))
    assert load_forcing(store, fetched).u.max() == 0.5
    server.error = None
    refresh_forcing(store, fetched, source=server, actor="mia", now=NOW)
    row = store.forcings.get(fetched)
    assert (row["stale_since"], row["last_error"]) == (None, "")


def test_an_answer_from_the_cache_or_an_empty_one_is_a_failure(
    store: Store, server: FakeServer, fetched: str
) -> None:
    server.stale_since = NOW
    done = refresh_forcing(store, fetched, source=server, actor="mia", now=NOW)
    assert done.reason == "server does not answer"
    server.stale_since, server.path = None, None
    done = refresh_forcing(store, fetched, source=server, actor="mia", now=NOW)
    assert "no matching results" in done.reason
    assert store.forcings.get(fetched)["active"]


def test_an_answer_that_cannot_be_used_is_a_failure(
    store: Store, server: FakeServer, fetched: str
) -> None:
    assert server.path is not None
    server.path.write_bytes(b"<html>maintenance</html>")
    done = refresh_forcing(store, fetched, source=server, actor="mia", now=NOW)
    assert done.stale_since is not None
    server.serve(kind="wind")
    done = refresh_forcing(store, fetched, source=server, actor="mia", now=NOW)
    assert "no longer holds a current" in done.reason
    assert [row["forcing_id"] for row in forcings(store)] == [fetched]


def test_all_kinds_of_one_file_are_renewed_together(
    store: Store, server: FakeServer, tmp_path: Path
) -> None:
    def serve(u: float) -> None:
        parts = []
        for kind in ("current", "wind"):
            uniform(kind, u=u).to_netcdf(tmp_path / f"{kind}.nc")
            parts.append(xr.load_dataset(tmp_path / f"{kind}.nc"))
            (tmp_path / f"{kind}.nc").unlink()
        assert server.path is not None
        server.path.unlink()
        xr.merge(parts, compat="override").to_netcdf(server.path)

    serve(0.5)
    ids = fetch_forcing(store, server, REQUEST, name="Both", actor="mia", now=NOW)
    serve(0.125)
    refresh_forcing(store, ids[1], source=server, actor="mia", now=NOW)
    rows = forcings(store)
    assert sorted(row["kind"] for row in rows) == ["current", "wind"]
    assert len({row["sha256"] for row in rows}) == 1
    assert not {row["forcing_id"] for row in rows} & set(ids)


def test_forcing_from_a_file_has_no_source_to_ask(
    store: Store, server: FakeServer, add: Callable[..., str]
) -> None:
    with pytest.raises(InputError, match="no source to ask"):
        refresh_forcing(store, add(), source=server, actor="mia")


def test_a_first_fetch_that_fails_keeps_nothing(
    store: Store, server: FakeServer
) -> None:
    server.path = None
    with pytest.raises(SourceError, match="nothing for this request"):
        fetch_forcing(store, server, REQUEST, name="Sea", actor="mia", now=NOW)
    server.error = SourceTimeout("no answer")
    with pytest.raises(SourceTimeout):
        fetch_forcing(store, server, REQUEST, name="Sea", actor="mia", now=NOW)
    assert forcings(store) == []


def test_each_method_asks_in_its_own_way(store: Store, server: FakeServer) -> None:
    for request in (
        forcing_request("file", "https://data.example/a.nc"),
        forcing_request(
            "opendap", "https://data.example/dap", bbox=(-160, -5, -150, 5)
        ),
    ):
        fetch_forcing(store, server, request, name="Sea", actor="mia", now=NOW)
    assert [asked[0] for asked in server.asked] == ["file", "opendap"]
    assert server.asked[1][2]["end"] > START


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"method": "ftp", "url": "x"}, "method 'ftp'"),
        ({"method": "file", "url": " "}, "needs an address"),
        ({"method": "opendap", "url": "x"}, "west, south, east, north"),
        ({"method": "griddap", "url": "x", "bbox": (0, 0, 1, 1)}, "dataset"),
        (
            {"method": "opendap", "url": "x", "bbox": (0, 0, 1, 1), "back_h": 1e9},
            "back_h",
        ),
        (
            {"method": "opendap", "url": "x", "bbox": (0, 0, 1, 1), "ahead_h": -30},
            "is empty",
        ),
    ],
)
def test_requests_that_cannot_be_asked_are_refused(
    values: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        forcing_request(**values)
