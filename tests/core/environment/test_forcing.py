from datetime import UTC, datetime

import numpy as np
import pytest

from core.environment import Forcing
from core.errors import InputError

T0 = datetime(2024, 1, 1, tzinfo=UTC).timestamp()


def made(*, time_s, lat, lon, **fields):
    time_s, lat, lon = (np.asarray(a, dtype=float) for a in (time_s, lat, lon))
    return Forcing(time_s=time_s, lat=lat, lon=lon, **fields)


def plane(*, lat, lon, time_s=(T0, T0 + 3600.0), kind="current", **fields):
    """A forcing whose u is linear in place and time, so bilinear sampling is exact."""
    time_s, lat, lon = (np.asarray(a, dtype=float) for a in (time_s, lat, lon))
    hours = (time_s - T0) / 3600.0
    u = (
        0.5 * hours[:, None, None]
        + 0.25 * lat[None, :, None]
        - 0.125 * lon[None, None, :]
    )
    v = np.broadcast_to(lat[None, :, None], u.shape)
    values = {"u": u, "v": v} if kind != "waves" else {"height_m": u}
    return Forcing(kind=kind, time_s=time_s, lat=lat, lon=lon, **{**values, **fields})


def test_a_value_between_nodes_and_frames_is_bilinear_and_linear_in_time():
    forcing = plane(lat=[0, 1, 3], lon=[10, 12, 13])
    u, v = forcing.at(time=T0 + 900.0, lat=[2.0, 0.25], lon=[11.0, 12.5])
    assert u == pytest.approx([0.125 + 0.5 - 1.375, 0.125 + 0.0625 - 1.5625])
    assert v == pytest.approx([2.0, 0.25])


def test_next_to_land_only_wet_nodes_count():
    u = np.array([[[1.0, np.nan], [3.0, 5.0]]])
    forcing = made(kind="current", time_s=[T0], lat=[0, 1], lon=[0, 1], u=u, v=u)
    at = datetime.fromtimestamp(T0, tz=UTC)
    # Weights 1/4 each; the land node's quarter is shared by the three wet ones.
    assert forcing.at(time=at, lat=0.5, lon=0.5)[0] == pytest.approx(3.0)
    # On the land node itself no wet node has weight.
    assert np.isnan(forcing.at(time=at, lat=0.0, lon=1.0)[0])
    assert np.isnan(forcing.at(time=at, lat=1.5, lon=0.5)[0])


def test_sampling_outside_the_times_is_refused():
    forcing = plane(lat=[0, 1], lon=[0, 1])
    with pytest.raises(InputError, match=r"cover 2024-01-01T00:00Z to 2024-01-01T01"):
        forcing.at(time=T0 + 3601.0, lat=0.5, lon=0.5)


def test_require_names_what_was_asked_and_what_is_covered():
    forcing = plane(lat=[0, 1], lon=[0, 1])
    forcing.require(
        start=forcing.starts_at, end=forcing.ends_at, lat=[0, 1], lon=[1, 0]
    )
    with pytest.raises(InputError, match=r"end 2024-01-01T02:00Z .* 2024-01-01T01:00Z"):
        forcing.require(end=datetime(2024, 1, 1, 2, tzinfo=UTC))
    with pytest.raises(InputError, match=r"1 of 2 places .* lat 0.5, lon 2.* 0 to 1"):
        forcing.require(lat=[0.5, 0.5], lon=[0.5, 2.0])
    with pytest.raises(InputError, match="no time zone"):
        forcing.require(start=datetime(2024, 1, 1))
    with pytest.raises(InputError, match="outside"):
        forcing.require(lat=np.nan, lon=0.5)


def test_a_box_over_the_date_line_runs_past_180():
    forcing = plane(lat=[0, 1], lon=[178, 179, 180, 181, 182])
    assert forcing.bbox == (178.0, 0.0, -178.0, 1.0)
    covered = forcing.covers(lat=[0.5] * 4, lon=[-179.5, 179.5, 181.5, -177.0])
    assert covered.tolist() == [True, True, True, False]
    u, _ = forcing.at(time=T0, lat=0.0, lon=-179.5)
    assert u == pytest.approx(-0.125 * 180.5)


def test_a_global_grid_covers_the_strip_behind_its_last_column():
    lon = np.arange(-180.0, 180.0, 10.0)
    u = np.broadcast_to(np.cos(np.radians(lon)), (1, 2, 36))
    forcing = made(kind="wind", time_s=[T0], lat=[-10, 10], lon=lon, u=u, v=u)
    assert forcing.is_global
    assert forcing.closed().lon[-1] == 180.0
    got, _ = forcing.at(time=T0, lat=0.0, lon=175.0)
    assert got == pytest.approx((np.cos(np.radians(170)) - 1.0) / 2.0, abs=1e-6)
    across = forcing.subset(bbox=(165.0, -5.0, -165.0, 5.0))
    assert across.lon.tolist() == [160.0, 170.0, 180.0, 190.0, 200.0]


def test_subset_keeps_one_node_beyond_each_end():
    forcing = plane(
        lat=np.arange(10), lon=np.arange(10), time_s=T0 + 3600.0 * np.arange(5)
    )
    part = forcing.subset(
        bbox=(2.5, 3.0, 4.5, 5.5),
        start=datetime(2024, 1, 1, 1, 30, tzinfo=UTC),
        end=datetime(2024, 1, 1, 2, tzinfo=UTC),
    )
    assert part.lon.tolist() == [2.0, 3.0, 4.0, 5.0]
    assert part.lat.tolist() == [3.0, 4.0, 5.0, 6.0]
    assert (part.time_s - T0).tolist() == [3600.0, 7200.0]
    assert part.u[0, 0, 0] == np.float32(0.5 + 0.75 - 0.25)
    with pytest.raises(InputError, match="outside"):
        forcing.subset(bbox=(20.0, 3.0, 24.0, 5.0))
    with pytest.raises(InputError, match="outside"):
        forcing.subset(start=datetime(2025, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"lat": [1, 0]}, "lat must"),
        ({"lat": [0, np.nan]}, "lat must"),
        ({"lat": [0, 91]}, "latitudes 0 to 91"),
        ({"lon": [0]}, "lon has shape"),
        ({"lon": [190, 191]}, "longitudes 190"),
        ({"time_s": [T0, T0]}, "time_s must"),
        ({"u": np.zeros((1, 2, 2))}, "u has shape"),
        ({"kind": "salt"}, "kind 'salt'"),
    ],
)
def test_axes_and_values_that_do_not_fit_are_refused(fields, message):
    base = {"lat": [0, 1], "lon": [0, 1]}
    with pytest.raises(InputError, match=message):
        plane(**{**base, **fields})


def test_speeds_and_land_share_are_those_of_the_wet_nodes():
    u = np.array([[[3.0, np.nan], [0.0, 6.0]]])
    v = np.array([[[4.0, np.nan], [0.0, 8.0]]])
    forcing = made(kind="current", time_s=[T0], lat=[0, 1], lon=[0, 1], u=u, v=v)
    figures = forcing.speed_statistics()
    assert (figures.n, figures.mean, figures.median, figures.maximum) == (3, 5, 5, 10)
    assert forcing.land_share == 0.25


def test_values_cannot_be_changed_in_place():
    forcing = plane(lat=[0, 1], lon=[0, 1])
    with pytest.raises(ValueError, match="read-only"):
        forcing.u[0, 0, 0] = 1.0


def test_hostile_texts_become_one_short_printable_line():
    forcing = plane(lat=[0, 1], lon=[0, 1], title="a\nb\x1b[31m\ud800" + "x" * 10**6)
    assert forcing.title.startswith("a b [31m x")
    assert len(forcing.title) == 500


def test_waves_hold_heights_and_no_components():
    waves = plane(lat=[0, 1], lon=[0, 1], kind="waves")
    assert waves.u.size == 0
    assert waves.at(time=T0, lat=1.0, lon=0.0)[0] == pytest.approx(0.25)
    with pytest.raises(InputError, match="without height_m"):
        made(kind="waves", time_s=[T0], lat=[0, 1], lon=[0, 1])
