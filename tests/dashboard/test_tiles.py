"""Tiles as the browser asks for them, and who may."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.routing import Route

from core.density import INDEX_COLUMNS, MapFilter, MapIndex
from core.density.map_tiles import tile_box
from dashboard import tiles
from dashboard.components._frame import Scale
from dashboard.tiles import TileRegistry, TileSource, tile_url

SCALE = Scale(0.1, 100.0, "items per km²")


@pytest.fixture
def index(seeded_store):
    return MapIndex(seeded_store.observations.columns(INDEX_COLUMNS))


@pytest.fixture
def served(monkeypatch):
    """A registry of this test alone, and a browser that asks it."""
    own = TileRegistry()
    monkeypatch.setattr(tiles, "registry", own)
    own.is_served = True
    return own, Starlette(routes=[Route(tiles.TILE_PATH, tiles.answer)])


@dataclass
class Reply:
    """What the server answered."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def source(**changes):
    base = TileSource(
        subject="store",
        revision=1,
        chosen=MapFilter(),
        view="Density",
        scale=SCALE,
        theme="light",
    )
    return replace(base, **changes)


def ask(app, token, z=6, x=7, y=26, host="127.0.0.1"):
    asked = _get(app, tile_url(token).format(z=z, x=x, y=y), host)
    # A thread of its own: browser tests before this one leave their loop running here.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, asked).result()


async def _get(app: Any, path: str, host: str) -> Reply:
    """One request by the ASGI protocol, without a client library."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", host.encode())],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    body = b"".join(part.get("body", b"") for part in sent[1:])
    return Reply(sent[0]["status"], headers, body)


def test_a_tile_is_geojson_of_cells_inside_it(served, index):
    registry, client = served
    reply = ask(client, registry.register(source(), index))
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    features = reply.json()
    assert features
    box = tile_box(6, 7, 26)
    for one in features:
        ring = one["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        lon = sum(x for x, _ in ring[:-1]) / (len(ring) - 1)
        assert box.west - 0.01 <= lon <= box.east + 0.01
        assert {"h3", "tip", "c"} <= set(one["properties"]) <= {"h3", "tip", "c", "s"}
        assert "searched" in one["properties"]["tip"]


def test_a_filter_of_the_token_holds_for_its_tiles(served, index):
    registry, client = served
    nothing = MapFilter(
        start=datetime(1990, 1, 1, tzinfo=UTC), end=datetime(1991, 1, 1, tzinfo=UTC)
    )
    reply = ask(client, registry.register(source(chosen=nothing), index))
    assert reply.json() == []


@pytest.mark.parametrize("view", ["Density", "Uncertainty", "Effort"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_has_tiles(served, index, view, theme):
    registry, client = served
    reply = ask(client, registry.register(source(view=view, theme=theme), index))
    colours = {tuple(one["properties"]["c"]) for one in reply.json()}
    assert len(colours) > 1
    assert b"NaN" not in reply.content


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd", "a" * 500])
def test_an_unknown_token_reads_nothing(served, index, token):
    registry, client = served
    registry.register(source(), index)
    assert ask(client, token).status_code == 404


def test_the_server_answers_to_its_own_names_alone(served, index, monkeypatch):
    registry, client = served
    token = registry.register(source(), index)
    monkeypatch.setattr(st, "get_option", lambda name: ["127.0.0.1", "localhost"])
    assert ask(client, token).status_code == 200
    assert ask(client, token, host="localhost:8501").status_code == 200
    assert ask(client, token, host="evil.example").status_code == 403


@pytest.mark.parametrize("tile", [(3, 8, 0), (99, 0, 0), (-1, 0, 0), (5, 0, 10**9)])
def test_a_tile_that_is_none_is_not_found(served, index, tile):
    registry, client = served
    token = registry.register(source(), index)
    assert ask(client, token, *tile).status_code == 404


def test_tokens_are_long_and_stay_while_the_view_does(served, index):
    registry, _ = served
    token = registry.register(source(), index)
    assert len(token) >= 32
    assert registry.register(source(), index) == token
    assert registry.register(source(revision=2), index) != token
    assert registry.register(source(theme="dark"), index) != token


def test_the_number_of_tokens_is_bounded(served, index):
    registry, client = served
    first = registry.register(source(revision=0), index)
    for number in range(1, 300):
        last = registry.register(source(revision=number), index)
    assert ask(client, first).status_code == 404
    assert ask(client, last).status_code == 200


def test_a_token_nobody_asks_for_dies(served, index, monkeypatch):
    registry, client = served
    token = registry.register(source(), index)
    later = tiles.time.monotonic() + 7 * 3600.0
    monkeypatch.setattr(tiles.time, "monotonic", lambda: later)
    assert ask(client, token).status_code == 404
    assert not registry._indexes  # the records go with the last token


def test_tiles_show_the_newest_records(served, index, make_rows, seeded_store):
    registry, client = served
    old = registry.register(source(), index)
    before = ask(client, old).json()
    fewer = MapIndex(
        {n: v[:1] for n, v in seeded_store.observations.columns(INDEX_COLUMNS).items()}
    )
    registry.register(source(revision=2), fewer)
    assert len(ask(client, old).json()) < len(before)
    # A session that read earlier and registers later does not bring the old ones back.
    registry.register(source(), index)
    assert len(ask(client, old).json()) < len(before)


def test_a_tile_that_would_be_large_gets_coarser_cells(served, index, monkeypatch):
    registry, client = served
    token = registry.register(source(), index)
    fine = ask(client, token, z=9, x=56, y=209)
    monkeypatch.setattr(tiles, "MAX_TILE_BYTES", len(fine.content) // 2)
    coarse = ask(client, token, z=9, x=56, y=209)
    assert len(coarse.content) < len(fine.content)
    assert (
        coarse.json()[0]["properties"]["h3"][1] < fine.json()[0]["properties"]["h3"][1]
    )


def test_the_server_has_the_route_beside_the_dashboard():
    from dashboard import server

    assert server.app.script_path.name == "app.py"
    assert tiles.registry.is_served
    tiles.registry.is_served = False
