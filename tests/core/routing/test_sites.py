"""Sites files: every wrong row is named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import RouteInputError
from core.routing import SITE_COLUMNS, check_sites, read_sites

EXAMPLE = Path(__file__).parents[3] / "config" / "sites.example.csv"
HEADER = "site,lat,lon,mass_kg\n"


def read(tmp_path, text):
    path = tmp_path / "sites.csv"
    path.write_text(text, encoding="utf-8")
    return read_sites(path)


def test_example_is_read_with_defaults():
    sites = read_sites(EXAMPLE)
    assert tuple(sites.columns) == SITE_COLUMNS
    plain = sites.set_index("site").loc["N-04"]
    assert plain["mass_kg_low"] == plain["mass_kg_high"] == plain["mass_kg"]
    assert plain["service_h"] == 4.5
    assert np.isnan(sites["service_h"].iloc[0])


def test_every_wrong_row_is_named(tmp_path):
    rows = "a,91,0,5\nb,0,nan,5\nc,0,0,-1\nd,0,0,0\na,0,0,1\n,0,0,1\ne,0,0,1,9\n"
    with pytest.raises(RouteInputError) as caught:
        read(tmp_path, HEADER + rows)
    text = str(caught.value)
    for part in (
        "latitude 91 outside [-90, 90] (row 2",
        "lon is 'nan', expected a number (row 3",
        "mass_kg is -1, expected 0",
        "mass_kg is 0, expected a number above 0 (row 5",
        "site 'a' of row 6 is also in row 2",
        "expected a name of 1 to 80 printable",
        "row 8 has more fields than the header",
    ):
        assert part in text


@pytest.mark.parametrize("text", ["", HEADER, "site,lat\na,1\n"])
def test_files_without_sites_are_refused(tmp_path, text):
    with pytest.raises(RouteInputError):
        read(tmp_path, text)


def test_binary_files_are_refused(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(RouteInputError, match="not UTF-8"):
        read_sites(path)


def test_mass_outside_its_interval_is_refused():
    sites = pd.DataFrame(
        {"site": ["a"], "lat": [0.0], "lon": [0.0], "mass_kg": [5.0]}
    ).assign(mass_kg_low=6.0)
    with pytest.raises(RouteInputError, match="outside its interval"):
        check_sites(sites)
