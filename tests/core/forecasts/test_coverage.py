"""True positions in a simulated sea fall into the regions as often as these promise.

The truth is integrated from the formulas of current and wind by the simulated sea,
apart from the drift model and from the gridded files that the forecast is made of. Its
windage, start and mixing are drawn anew from the laws that the forecast assumes: the
test is of sampling, interpolation, time stepping, regions and what is kept, not of
whether those laws fit a real sea.
"""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import binom

from core.drift import windage_of
from core.forecasts import (
    Forecast,
    add_forcing,
    make_forecast,
    read_forecast,
    seeds_from_sites,
)
from core.geo import destination, great_circle_distance_km
from core.observations import make_observations
from core.routing import find_hotspots
from core.simulation import (
    SimulatedSea,
    TrueTrack,
    drift_truly,
    simulate_sea,
    simulated_current,
    simulated_wind,
)
from core.simulation.drifters import TRUE_DIFFUSIVITY_M2_S
from core.storage import Store

N = 200
HORIZONS = (24, 48, 72)
START_H, HOURS, RADIUS_M = 30, 72, 1000.0
CATEGORIES = ("plastic", "fishing_gear", "metal", "wood", "glass")


def drifted(
    sea: SimulatedSea,
    items: pd.DataFrame,
    *,
    start_h: float,
    rng: np.random.Generator,
) -> TrueTrack:
    """Items in the truth, each with windage and side of its own, by rejection."""
    rows = [windage_of(category) for category in items["category"]]
    factor = []
    for row in rows:
        while True:
            drawn = rng.normal(row.factor, (row.high - row.low) / 4.0)
            if row.low <= drawn <= row.high:
                factor.append(drawn)
                break
    side = rng.choice([-1.0, 1.0], len(rows))
    return drift_truly(
        area=sea.truth.area,
        current=sea.current,
        wind=sea.wind,
        lat=items["lat"],
        lon=items["lon"],
        windage=factor,
        deflection_deg=[
            row.deflection_deg + s * row.divergence_deg
            for row, s in zip(rows, side, strict=True)
        ],
        diffusivity_m2_s=TRUE_DIFFUSIVITY_M2_S,
        start_h=start_h,
        hours=HOURS,
        rng=rng,
    )


def moved_at_random(seeds: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One item a seed, off by the seed's radius along each axis."""
    north, east = rng.normal(0.0, RADIUS_M, (2, len(seeds)))
    lat, lon = destination(
        lat=seeds["lat"].to_numpy(),
        lon=seeds["lon"].to_numpy(),
        bearing=np.degrees(np.arctan2(east, north)),
        distance_km=np.hypot(east, north) / 1000.0,
    )
    return seeds.assign(lat=lat, lon=lon)


def forecast_of(
    store: Store, sea: SimulatedSea, seeds: pd.DataFrame, folder: Path
) -> Forecast:
    (current_id,) = add_forcing(
        store, simulated_current(sea).to_netcdf(folder / "c.nc"), name="c", actor="t"
    )
    (wind_id,) = add_forcing(
        store, simulated_wind(sea).to_netcdf(folder / "w.nc"), name="w", actor="t"
    )
    forecast_id = make_forecast(
        store,
        seeds,
        current_id=current_id,
        wind_id=wind_id,
        hours=HOURS,
        members=61,
        name="coverage",
        actor="t",
        current_error=None,
        diffusivity_m2_s=TRUE_DIFFUSIVITY_M2_S,
    )
    return read_forecast(store, forecast_id)


@pytest.mark.validation
def test_true_positions_fall_into_the_regions_at_their_rates(
    store: Store, tmp_path: Path
) -> None:
    """Each of six counts within the 0.9995 range of its binomial, n = 200."""
    sea = simulate_sea()
    rng = np.random.default_rng(2026)
    area = sea.truth.area
    lat, lon = area.lat_lon(
        x_km=rng.uniform(0.0, area.width_km, N),
        y_km=rng.uniform(0.0, area.height_km, N),
    )
    seeds = pd.DataFrame(
        {
            "lat": lat,
            "lon": lon,
            "time": sea.reference_at + timedelta(hours=START_H),
            "category": rng.choice(CATEGORIES, N),
            "radius_m": RADIUS_M,
        }
    )
    forecast = forecast_of(store, sea, seeds, tmp_path)
    truth = drifted(sea, moved_at_random(seeds, rng), start_h=START_H, rng=rng)
    found = {}
    for hour in HORIZONS:
        for level, rows in forecast.regions(hour=hour).groupby("level"):
            polygons = rows.sort_values("seed")["geometry"]
            places = zip(polygons, truth.lon[hour], truth.lat[hour], strict=True)
            hits = sum(bool(shapely.intersects_xy(g, x, y)) for g, x, y in places)
            found[hour, float(str(level))] = hits
    low, high = (
        {level: binom.ppf(q, N, level) for level in (0.5, 0.9)}
        for q in (0.0005, 0.9995)
    )
    outside = {
        key: hits
        for key, hits in found.items()
        if not low[key[1]] <= hits <= high[key[1]]
    }
    assert outside == {}, f"hits of {N}: {found}"


#: Kinds of items as the windage table knows them; a forecast knows only the category.
KINDS = {"bottle": "bottle", "bag": "film", "net": "net", "can": "metal"}
KINDS["driftwood"] = "wood"


@pytest.mark.validation
def test_debris_of_hotspots_is_found_in_their_regions(
    store: Store, tmp_path: Path
) -> None:
    """The whole way: deck counts, hotspots, forecast; truth is every item near a site.

    What a forecast cannot know here is left in: the shape of a patch, what lies outside
    it, and which kind of plastic an item is. Measured over four seas the regions hold
    46 to 51 % and 84 to 88 %; the band allows for two of them.
    """
    shares: dict[float, list[float]] = {0.5: [], 0.9: []}
    for number in (6, 7):
        sea = simulate_sea(number)
        at = sea.reference_at + timedelta(hours=6)
        items = sea.truth_at(at).frame()
        sites = find_hotspots(make_observations(sea.deck_counts).accepted, max_sites=12)
        seeds = seeds_from_sites(sites, at=at)
        (tmp_path / str(number)).mkdir()
        forecast = forecast_of(store, sea, seeds, tmp_path / str(number))
        areas = {hour: forecast.regions(hour=hour) for hour in HORIZONS}
        for seed, site in enumerate(seeds.to_dict("records")):
            near_km = great_circle_distance_km(
                lat1=items["lat"], lon1=items["lon"], lat2=site["lat"], lon2=site["lon"]
            )
            near = items[(near_km < 5.0) & (items["category"] == site["category"])]
            near = near.sample(min(200, len(near)), random_state=number)
            kinds = near.assign(category=near["kind"].map(KINDS))
            truth = drifted(sea, kinds, start_h=6, rng=np.random.default_rng(seed))
            for hour, rows in areas.items():
                for row in rows[rows["seed"] == seed].to_dict("records"):
                    inside = shapely.intersects_xy(
                        row["geometry"], truth.lon[hour], truth.lat[hour]
                    )
                    shares[row["level"]].append(float(np.mean(inside)))
    assert 0.40 < np.mean(shares[0.5]) < 0.60
    assert 0.78 < np.mean(shares[0.9]) < 0.96
