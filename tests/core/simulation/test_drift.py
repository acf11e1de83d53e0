"""True drift against closed forms: the parts one by one."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from core.coastline import is_on_land
from core.errors import InputError
from core.simulation import DoubleGyre, SimulatedSea, TradeWind, drift_truly
from core.simulation.sea import DEMO_AREA

STILL = DoubleGyre(width_km=90.0, height_km=50.0, peak_m_s=0.0)
CALM = TradeWind(speed_m_s=0.0)
RNG_SEED = 5


def drift(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "area": DEMO_AREA,
        "current": STILL,
        "wind": CALM,
        "lat": [22.2],
        "lon": [-156.8],
        "windage": 0.02,
        "diffusivity_m2_s": 0.0,
        "start_h": 0.0,
        "hours": 24,
        "rng": np.random.default_rng(RNG_SEED),
    }
    return drift_truly(**(values | changes))


def test_without_current_wind_and_chance_nothing_moves() -> None:
    track = drift()
    assert track.time_h.tolist() == list(range(25))
    assert (track.lat == 22.2).all()
    assert (track.lon == -156.8).all()


def test_current_alone_carries_as_the_gyre_does(sea: SimulatedSea) -> None:
    """The plane integration of ``DoubleGyre.advect``; the planes differ by 0.1 %."""
    track = drift(current=sea.current, hours=72)
    x, y = DEMO_AREA.x_y_km(lat=22.2, lon=-156.8)
    x1, y1 = sea.current.advect(x_km=x, y_km=y, start_h=0.0, end_h=72.0, step_h=0.5)
    end = DEMO_AREA.x_y_km(lat=track.lat[-1], lon=track.lon[-1])
    assert np.hypot(x1 - x, y1 - y) > 5.0
    assert end[0] == pytest.approx(x1, abs=0.1)
    assert end[1] == pytest.approx(y1, abs=0.1)


def test_wind_carries_by_its_share_of_the_summed_wind() -> None:
    """Trapezoid sum of the formula at the start's latitude, 0.01 degree apart."""
    wind = TradeWind()
    track = drift(wind=wind, lat=[22.2, 22.2], lon=[-156.8] * 2, windage=[0.02, 0.04])
    hours = np.linspace(0.0, 24.0, 2401)
    u, v = wind.velocity_m_s(lat=22.2, time_h=hours)
    north_m = 0.02 * np.trapezoid(v, hours) * 3600.0
    east_m = 0.02 * np.trapezoid(u, hours) * 3600.0
    moved_n = (track.lat[-1] - 22.2) * 111_195.0
    moved_e = (track.lon[-1] + 156.8) * 111_195.0 * np.cos(np.radians(22.2))
    assert moved_n == pytest.approx([north_m, 2 * north_m], rel=0.01)
    assert moved_e == pytest.approx([east_m, 2 * east_m], rel=0.01)


def test_deflection_is_to_the_left_of_the_wind() -> None:
    east_wind = TradeWind(from_deg=90.0)  # blows west, left of it is south
    track = drift(wind=east_wind, deflection_deg=20.0, hours=1)
    straight = drift(wind=east_wind, hours=1)
    assert track.lat[-1, 0] < straight.lat[-1, 0]
    assert track.lon[-1, 0] < -156.8


def test_random_walk_has_variance_2kt_along_each_axis() -> None:
    n, hours, k = 4000, 24, 5.0
    track = drift(lat=[22.2] * n, lon=[-156.8] * n, diffusivity_m2_s=k, hours=hours)
    north = (track.lat[-1] - 22.2) * 111_195.0
    east = (track.lon[-1] + 156.8) * 111_195.0 * np.cos(np.radians(22.2))
    for axis in (north, east):
        scaled = (axis**2).sum() / (2.0 * k * hours * 3600.0)
        assert chi2.ppf(0.0005, n) < scaled < chi2.ppf(0.9995, n)


def test_what_reaches_the_coast_stays_there() -> None:
    track = drift(
        wind=TradeWind(from_deg=45.0), lat=[21.6], lon=[-157.7], windage=0.05, hours=48
    )
    assert track.is_stranded[-1, 0]
    assert is_on_land(lat=track.lat[-1], lon=track.lon[-1])[0]
    first = int(np.argmax(track.is_stranded[:, 0]))
    assert 0 < first < 48
    assert (track.lat[first:] == track.lat[first]).all()


@pytest.mark.parametrize("change", [{"diffusivity_m2_s": -1.0}, {"hours": -1}])
def test_impossible_wishes_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InputError, match="must be 0 or more"):
        drift(**change)


@pytest.mark.parametrize("wind", [{"speed_m_s": 80.0}, {"from_deg": float("nan")}])
def test_impossible_winds_are_refused(wind: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"wind"):
        TradeWind(**wind)


def test_trade_wind_comes_from_its_side_at_about_its_speed() -> None:
    hours = np.arange(-48.0, 169.0)
    u, v = TradeWind().velocity_m_s(lat=22.2, time_h=hours)
    assert (u < 0).all()
    assert np.hypot(u, v).mean() == pytest.approx(6.5, rel=0.05)
    from_deg = np.degrees(np.arctan2(-u, -v))
    assert 68.0 - 14.01 <= from_deg.min() < from_deg.max() <= 68.0 + 14.01
