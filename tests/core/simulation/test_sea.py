"""The simulated sea as a whole: surveys see the truth, trips obey their vessels."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

from core.coastline import is_on_land, land_polygons
from core.errors import InputError
from core.observations import make_observations
from core.simulation import (
    DEMO_PORTS,
    DEMO_VESSELS,
    HAUL_COLUMNS,
    RENDER_KINDS,
    SimulatedSea,
    fleet_yaml,
    simulate_sea,
)
from core.simulation.flights import footprint_m


def test_same_seed_same_photos_and_trips(sea: SimulatedSea) -> None:
    again = simulate_sea(sea.seed)
    assert again.flights == sea.flights
    pd.testing.assert_frame_equal(again.deck_counts, sea.deck_counts)
    pd.testing.assert_frame_equal(again.hauls, sea.hauls)
    assert again.flights[0].photos[3].jpeg() == sea.flights[0].photos[3].jpeg()


def test_other_seed_other_sea(sea: SimulatedSea) -> None:
    assert simulate_sea(sea.seed + 1).flights != sea.flights


def test_demo_shows_every_kind_in_two_surveys(sea: SimulatedSea) -> None:
    photos = [photo for flight in sea.flights for photo in flight.photos]
    assert len({photo.survey for photo in photos}) == 2
    assert 80 <= len(photos) <= 120
    assert {photo.kind for photo in photos} == set(RENDER_KINDS)
    assert len({photo.seed for photo in photos}) == len(photos)
    assert len({photo.name for photo in photos}) == len(photos)


def test_footprint_follows_from_height_and_lens() -> None:
    """A 24 mm lens on 36 x 24 mm sees 1.5 and 1.0 times its distance: 60 x 40 m."""
    assert footprint_m() == pytest.approx((60.0, 40.0), rel=1e-3)


def test_photo_shows_what_lies_in_its_footprint(sea: SimulatedSea) -> None:
    """Brute force: items within the circle of the footprint's half diagonal."""
    for photo in sea.flights[0].photos[:10]:
        truth = sea.truth_at(photo.taken_at)
        x, y = truth.area.x_y_km(lat=photo.lat, lon=photo.lon)
        # Positions are those of the transect's start, so allow for its drift.
        margin = 0.03
        far = np.hypot(truth.x_km - x, truth.y_km - y)
        around = int((far <= 0.0361 + margin).sum())
        assert photo.n_items <= around
        assert (photo.kind == "empty") == (photo.n_items == 0)
        if photo.kind in {"empty", "seaweed"}:
            continue
        assert photo.debris_mass_kg > 0


def test_truth_needs_a_time_zone(sea: SimulatedSea) -> None:
    with pytest.raises(InputError, match="time zone"):
        sea.truth_at(sea.reference_at.replace(tzinfo=None))


def test_deck_counts_are_accepted_and_hold_real_zeros(sea: SimulatedSea) -> None:
    checked = make_observations(sea.deck_counts)
    assert not checked.rejected
    assert len(checked.accepted) == len(sea.deck_counts)
    assert checked.accepted["simulated"].all()
    zeros = checked.accepted["count"] == 0
    assert zeros.any()
    assert set(checked.accepted.loc[zeros, "category"]) == {"clean"}


def test_deck_counts_agree_with_the_truth(sea: SimulatedSea) -> None:
    """Total over strips against items of the field in the same strips, within 20 %."""
    seen = sea.deck_counts["count"].sum()
    field = sea.truth.at(6.0, sea.current)
    in_strips = sum(
        int(((np.abs(field.x_km - x) <= 1.0) & field.is_debris).sum())
        for x in (15.0, 38.0, 61.0, 80.0)
    )
    # Strips of 2 km hold fifty times the width of 40 m; patches make it noisy.
    assert 0.4 < seen / (in_strips / 50.0) < 2.5


def test_ports_lie_at_sea_and_the_way_goes_round_land(sea: SimulatedSea) -> None:
    assert not is_on_land(
        lat=[port.lat for port in DEMO_PORTS], lon=[port.lon for port in DEMO_PORTS]
    ).any()
    patches = sea.truth.patches
    lat, lon = sea.truth.area.lat_lon(x_km=patches.x_km, y_km=patches.y_km)
    honolulu = DEMO_PORTS[0]
    straight = shapely.linestrings(
        [[(honolulu.lon, honolulu.lat), (x, y)] for x, y in zip(lon, lat, strict=True)]
    )
    land = shapely.union_all(
        [p for p in land_polygons() if p.bounds[0] < -150 and p.bounds[2] < -150]
    )
    assert shapely.intersects(straight, land).all()


def test_hauls_are_whole_trips_of_twelve_weeks(sea: SimulatedSea) -> None:
    hauls = sea.hauls
    assert tuple(hauls.columns) == HAUL_COLUMNS
    assert hauls["haul_id"].is_unique
    assert hauls["simulated"].all()
    span = hauls["ended_at"].max() - hauls["started_at"].min()
    assert timedelta(weeks=11) < span <= timedelta(weeks=12)
    assert (hauls["ended_at"] > hauls["started_at"]).all()
    assert hauls["ended_at"].max() < sea.reference_at


def test_no_vessel_sails_two_trips_at_once(sea: SimulatedSea) -> None:
    for _, trips in sea.hauls.groupby("vessel"):
        ordered = trips.sort_values("started_at")
        before = ordered["ended_at"].shift()
        assert ((ordered["started_at"] > before) | before.isna()).all()


def test_trips_obey_hold_and_cost(sea: SimulatedSea) -> None:
    vessels = {vessel.name: vessel for vessel in DEMO_VESSELS}
    for haul in sea.hauls.to_dict("records"):
        vessel = vessels[haul["vessel"]]
        hours = haul["hours"]
        assert 0 <= haul["hauled_kg"] <= vessel.hold_kg
        assert haul["cost"] == pytest.approx(hours * vessel.cost_per_h, rel=1e-3)
        assert 0 < haul["fuel_l"] <= hours * vessel.fuel_l_per_h
        assert haul["distance_km"] > 200  # out round the island and back


def test_promise_and_haul_differ_but_agree_on_average(sea: SimulatedSea) -> None:
    ratio = sea.hauls["hauled_kg"] / sea.hauls["planned_kg"]
    assert ratio.std() > 0.05
    assert 0.7 < sea.hauls["hauled_kg"].sum() / sea.hauls["planned_kg"].sum() < 1.2


def test_a_patch_is_taken_once_a_week(sea: SimulatedSea) -> None:
    week = sea.hauls["started_at"].dt.strftime("%G-%V")
    for _, trips in sea.hauls.groupby(week):
        sites = [site for row in trips["site"] for site in row.split()]
        assert len(sites) == len(set(sites))


def test_fleet_file_has_the_contract_fields() -> None:
    text = fleet_yaml()
    assert text.startswith("# Simulated")
    fleet = yaml.safe_load(text)
    assert {"name", "speed_kn", "collect_speed_kn", "sweep_width_m", "hold_kg",
            "endurance_h", "fuel_l_per_h", "cost_per_h", "start", "end"} <= set(
        fleet["vessels"][0]
    )  # fmt: skip
    codes = {port["locode"] for port in fleet["ports"]}
    assert {vessel["start"]["port"] for vessel in fleet["vessels"]} <= codes


def test_negative_seed_is_refused() -> None:
    with pytest.raises(InputError, match="seed -3"):
        simulate_sea(-3)
