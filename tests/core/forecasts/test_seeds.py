"""Rules of making seeds of sites."""

from datetime import datetime

import pandas as pd
import pytest

from core.drift import read_seeds
from core.errors import InputError
from core.forecasts import SITE_RADIUS_M, seeds_from_sites
from tests.core.forecasts.flows import START

SITES = pd.DataFrame(
    {
        "site": ["H001", "H002"],
        "lat": [22.1, 22.2],
        "lon": [-157.0, -156.9],
        "mass_kg": [120.0, 30.0],
        "category": ["plastic", "fishing_gear"],
        "simulated": [True, False],
    },
    index=[7, 9],
)


def test_every_site_is_a_seed_with_its_mass_and_kind() -> None:
    seeds = seeds_from_sites(SITES, at=START)
    accepted = read_seeds(seeds).accepted
    assert accepted["seed_id"].tolist() == ["H001", "H002"]
    assert accepted["mass_kg"].tolist() == [120.0, 30.0]
    assert accepted["category"].tolist() == ["plastic", "fishing_gear"]
    assert set(accepted["radius_m"]) == {SITE_RADIUS_M}
    assert set(accepted["time"]) == {pd.Timestamp(START)}
    assert seeds["simulated"].tolist() == [True, False]


def test_what_a_sites_file_need_not_say_is_unknown() -> None:
    seeds = seeds_from_sites(SITES[["site", "lat", "lon", "mass_kg"]], at=START)
    assert seeds["category"].tolist() == ["", ""]
    assert not seeds["simulated"].any()
    assert read_seeds(seeds).accepted["category"].tolist() == ["unknown", "unknown"]


def test_sites_without_a_column_or_a_zone_are_refused() -> None:
    with pytest.raises(InputError, match="sites lack mass_kg"):
        seeds_from_sites(SITES.drop(columns="mass_kg"), at=START)
    with pytest.raises(InputError, match="no time zone"):
        seeds_from_sites(SITES, at=datetime(2026, 6, 1))


def test_no_site_is_no_seed() -> None:
    assert seeds_from_sites(SITES.head(0), at=START).empty
