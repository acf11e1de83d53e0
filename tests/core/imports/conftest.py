"""A store, and files of field records in a folder of their own."""

import pytest

from core.storage import open_store

HEAD = "lat,lon,observed_at,category,count,survey\n"
GOOD = (
    "30,-140,2026-06-01T10:00:00Z,plastic,3,north\n"
    "31,-140,2026-06-02T10:00:00Z,glass,1,north\n"
)
BAD = "95,-140,2026-06-01T10:00:00Z,plastic,1.5,north\n"


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'data' / 'gyre.db'}") as opened:
        yield opened


@pytest.fixture
def write(tmp_path):
    def make(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return make


@pytest.fixture
def file(write):
    return write("field.csv", HEAD + GOOD + BAD)


@pytest.fixture
def nets(write):
    """A table in no known layout: net tows with their pieces per km2."""
    return write(
        "nets.csv",
        "Breite;Laenge;Tag;Stueck je km2\n"
        "31,5;-140,2;02.06.2020;1200\n"
        "31,6;-140,3;03.06.2020;0\n"
        "31,7;-140,4;morgen;80\n",
    )


@pytest.fixture
def mapping():
    """What the columns of `nets` mean."""
    from core.observations.importers.mapping import ColumnMapping

    return ColumnMapping(
        columns={
            "lat": "Breite",
            "lon": "Laenge",
            "observed_at": "Tag",
            "value": "Stueck je km2",
        },
        quantity="items_per_km2",
        medium="sea_surface",
        date_order="dmy",
        decimal="comma",
        survey="tows",
    )
