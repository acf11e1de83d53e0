"""Reading files: how variables, axes, units and times are found."""

import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
import xarray as xr

from core.environment import open_forcing
from core.errors import InputError

T0 = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
LAT, LON = np.array([10.0, 11.0, 12.5]), np.array([20.0, 21.0, 22.0, 24.0])
U_NAME, V_NAME = "eastward_sea_water_velocity", "northward_sea_water_velocity"


def field(n_times=3, lat=LAT, lon=LON):
    """Values that tell their own place: 0.1 per hour, 0.01 per degree."""
    hours = np.arange(n_times)[:, None, None]
    return (
        0.1 * hours + 0.01 * np.asarray(lat)[:, None] + 0.0001 * np.asarray(lon)
    ).astype(np.float32)


def dataset(*, lat=LAT, lon=LON, n_times=3, names=("uo", "vo"), **attrs):
    """A plain CF dataset that tests then spoil; ``attrs`` go to both components."""
    u = field(n_times, lat, lon)
    shared = {"units": "m s-1", **attrs}
    made = xr.Dataset(
        {
            names[0]: (("time", "lat", "lon"), u, {"standard_name": U_NAME, **shared}),
            names[1]: (("time", "lat", "lon"), -u, {"standard_name": V_NAME, **shared}),
        },
        coords={
            "time": ("time", np.arange(n_times, dtype=float),
                     {"units": "hours since 2024-01-01", "standard_name": "time"}),
            "lat": ("lat", np.asarray(lat, float), {"standard_name": "latitude"}),
            "lon": ("lon", np.asarray(lon, float), {"standard_name": "longitude"}),
        },
    )  # fmt: skip
    for variable in made.variables.values():
        variable.encoding["_FillValue"] = None
    return made


@pytest.fixture
def saved(tmp_path):
    def save(made, name="c.nc", engine="netcdf4", format="NETCDF4"):
        made.to_netcdf(tmp_path / name, engine=engine, format=format)
        return tmp_path / name

    return save


def only(found):
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("engine", "format"),
    [("netcdf4", "NETCDF4"), ("netcdf4", "NETCDF3_CLASSIC"),
     ("netcdf4", "NETCDF3_64BIT_DATA"), ("h5netcdf", "NETCDF4")],
)  # fmt: skip
def test_a_plain_cf_file_opens_without_a_warning(saved, engine, format):
    forcing = only(open_forcing(saved(dataset(), engine=engine, format=format)))
    assert (forcing.kind, forcing.warnings) == ("current", ())
    assert np.array_equal(forcing.time_s, T0 + 3600.0 * np.arange(3))
    assert np.array_equal(forcing.lat, LAT)
    assert np.array_equal(forcing.lon, LON)
    assert np.array_equal(forcing.u, field())
    assert np.array_equal(forcing.v, -field())
    assert forcing.variables == ("uo", "vo")
    assert len(forcing.sha256) == 64


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr_folder_and_zip_hold_the_same(tmp_path, zarr_format):
    dataset().to_zarr(tmp_path / "c.zarr", zarr_format=zarr_format, consolidated=False)
    shutil.make_archive(str(tmp_path / "c"), "zip", tmp_path / "c.zarr")
    for name in ("c.zarr", "c.zip"):
        forcing = only(open_forcing(tmp_path / name))
        assert np.array_equal(forcing.u, field())
        assert len(forcing.sha256) == 64


def check_equal(forcing, *, u=None, v=None):
    u = field() if u is None else u
    assert np.allclose(forcing.u, u, atol=2e-6, equal_nan=True)
    assert np.allclose(forcing.v, -u if v is None else v, atol=2e-6, equal_nan=True)


# Names


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("uo", "vo"), "current"),
        (("utotal", "vtotal"), "current"),
        (("water_u", "water_v"), "current"),
        (("eastward_eulerian_current_velocity", "northward_eulerian_current_velocity"),
         "current"),
        (("air_u", "air_v"), "wind"),
        (("u10", "v10"), "wind"),
        (("ugrd10m", "vgrd10m"), "wind"),
        (("x_wind_10m", "y_wind_10m"), "wind"),
        (("VSDX", "VSDY"), "stokes"),
        (("ust", "vst"), "stokes"),
    ],
)  # fmt: skip
def test_without_a_standard_name_known_names_count_and_are_said(saved, names, kind):
    made = dataset(names=names)
    for name in names:
        del made[name].attrs["standard_name"]
    forcing = only(open_forcing(saved(made)))
    assert forcing.kind == kind
    assert f"recognised by name: {names[0]} and {names[1]}" in forcing.warnings
    check_equal(forcing)


@pytest.mark.parametrize("name", ["VHM0", "swh", "hs"])
def test_wave_heights_are_found_by_name_and_by_standard_name(saved, name):
    made = dataset().rename({"uo": name}).drop_vars("vo")
    made[name].attrs = {"units": "m"}
    assert only(open_forcing(saved(made))).kind == "waves"
    made[name].attrs = {
        "units": "cm",
        "standard_name": "sea_surface_wave_significant_height",
    }
    waves = only(open_forcing(saved(made, name="s.nc")))
    assert np.allclose(waves.height_m, field() / 100.0)
    assert waves.warnings == (f"{name}: converted from cm to m",)


def test_the_standard_name_decides_against_the_name(saved):
    made = dataset(names=("u10", "v10"))
    forcing = only(open_forcing(saved(made)))
    assert (forcing.kind, forcing.variables) == ("current", ("u10", "v10"))


def test_plain_u_and_v_need_a_kind_or_a_telling_long_name(saved):
    made = dataset(names=("u", "v"))
    for name in ("u", "v"):
        del made[name].attrs["standard_name"]
    path = saved(made)
    with pytest.raises(InputError, match="u and v may be either: say which kind"):
        open_forcing(path)
    asked = only(open_forcing(path, kind="wind"))
    assert any("because that was asked for" in text for text in asked.warnings)
    for name in ("u", "v"):
        made[name].attrs["long_name"] = "Ocean Surface Zonal Currents"
    told = only(open_forcing(saved(made, name="t.nc")))
    assert told.kind == "current"
    assert "u and v taken for current by their long_name" in told.warnings


def test_current_and_wind_of_one_file_are_two_forcings(saved):
    wind = dataset(names=("ua", "va"))
    wind["ua"].attrs["standard_name"] = "eastward_wind"
    wind["va"].attrs["standard_name"] = "northward_wind"
    both = xr.merge([dataset(), wind])
    assert [f.kind for f in open_forcing(saved(both))] == ["current", "wind"]


def test_a_component_without_its_partner_is_refused(saved):
    with pytest.raises(InputError, match="uo has no partner northward_sea_water"):
        open_forcing(saved(dataset().drop_vars("vo")))


def test_several_pairs_of_one_standard_name_are_refused_until_named(saved):
    both = xr.merge([dataset(names=("ua", "va")), dataset(names=("ub", "vb"))])
    path = saved(both)
    with pytest.raises(InputError, match=r"several variables .* ua, ub; name the two"):
        open_forcing(path)
    forcing = only(open_forcing(path, kind="current", variables=("ub", "vb")))
    assert forcing.variables == ("ub", "vb")
    with pytest.raises(InputError, match="no field 'uz'"):
        open_forcing(path, kind="current", variables=("uz", "vb"))


def test_a_pair_chosen_among_several_is_said(saved):
    total = dataset(names=("utotal", "vtotal"))
    total["utotal"].attrs["standard_name"] = "surface_sea_water_x_velocity"
    total["vtotal"].attrs["standard_name"] = "surface_sea_water_y_velocity"
    both = xr.merge([dataset(), total])
    forcing = only(open_forcing(saved(both)))
    assert forcing.variables == ("uo", "vo")
    said = "uo and vo taken; also in the file: utotal, vtotal"
    assert forcing.warnings == (said,)
    twice = xr.merge([dataset(), dataset(names=("ub", "vb"))])
    forcing = only(open_forcing(saved(twice, name="t.nc")))
    assert forcing.warnings == ("uo and vo taken; also in the file: ub, vb",)


@pytest.mark.parametrize(
    ("standard", "direction", "kind", "turn"),
    [
        ("wind_speed", "wind_from_direction", "wind", 180.0),
        ("wind_speed", "wind_to_direction", "wind", 0.0),
        ("sea_water_speed", "sea_water_velocity_to_direction", "current", 0.0),
        ("sea_water_speed", "direction_of_sea_water_velocity", "current", 0.0),
        ("sea_water_speed", "sea_water_velocity_from_direction", "current", 180.0),
    ],
)
def test_speed_and_direction_become_components(saved, standard, direction, kind, turn):
    made = dataset(names=("s", "d"))
    made["s"].attrs = {"units": "m/s", "standard_name": standard}
    made["d"].attrs = {"units": "degrees", "standard_name": direction}
    made["s"].values[:] = 2.0
    made["d"].values[:] = (30.0 + turn) % 360.0  # the flow goes towards 030
    forcing = only(open_forcing(saved(made)))
    assert forcing.kind == kind
    assert np.allclose(forcing.u, 2.0 * np.sin(np.radians(30.0)), atol=1e-6)
    assert np.allclose(forcing.v, 2.0 * np.cos(np.radians(30.0)), atol=1e-6)


# Units and packing


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("cm s-1", 0.01), ("knots", 1852 / 3600), ("km/h", 1 / 3.6), ("m s**-1", 1.0)],
)
def test_known_units_are_converted_and_said(saved, unit, factor):
    forcing = only(open_forcing(saved(dataset(units=unit))))
    check_equal(forcing, u=field() * factor)
    assert bool(forcing.warnings) == (factor != 1.0)


def test_an_unknown_unit_is_refused_by_name(saved):
    with pytest.raises(InputError, match=r"c\.nc, uo: unit 'furlong/fortnight' is not"):
        open_forcing(saved(dataset(units="furlong/fortnight")))


@pytest.mark.parametrize("fill", [-9999.0, 999.0, -32.768])
def test_a_fill_value_the_file_does_not_declare_is_no_current(saved, fill):
    made = dataset()
    made["uo"][:, 0, 1] = made["vo"][:, 0, 1] = fill
    forcing = only(open_forcing(saved(made)))
    assert np.isnan(forcing.u[:, 0, 1]).all()
    assert np.isnan(forcing.u).sum() == np.isnan(forcing.v).sum() == 3
    assert np.nanmax(np.abs(forcing.u)) == field().max()
    assert f"uo: 3 values of {fill:g} left out" in " ".join(forcing.warnings)


def test_impossible_values_that_differ_are_kept_and_said(saved):
    made = dataset()
    made["uo"][0, 0] = [100.0, 110.0, 120.0, 130.0]
    forcing = only(open_forcing(saved(made)))
    assert not np.isnan(forcing.u).any()
    assert "uo: values up to 130 m/s are hard to believe" in forcing.warnings


def test_no_unit_is_taken_as_metres_a_second_only_where_that_can_be(saved):
    made = dataset(units="")
    assert "uo: no unit given, m/s assumed" in only(open_forcing(saved(made))).warnings
    made["uo"].values[:] = 85.0
    with pytest.raises(InputError, match="no unit, and 85 cannot be m/s"):
        open_forcing(saved(made, name="fast.nc"))


def test_fill_missing_scale_offset_and_range_are_undone(saved):
    made = dataset()
    stored = np.array([[-32768, 7, 100, 900], [200, 300, 400, 500], [1, 2, 3, 4]], "i2")
    for name in ("uo", "vo"):
        made[name] = made[name].isel(time=slice(1))
    made = made.isel(time=slice(1))
    for name in ("uo", "vo"):
        made[name] = (("time", "lat", "lon"), stored[None], {
            **made[name].attrs, "missing_value": np.int16(7),
            "scale_factor": 0.001, "add_offset": 0.5, "valid_max": np.int16(800),
            "_FillValue": np.int16(-32768),
        })  # fmt: skip
    forcing = only(open_forcing(saved(made)))
    want = 0.5 + 0.001 * stored.astype(float)
    want[0, [0, 1, 3]] = np.nan
    check_equal(forcing, u=want[None], v=want[None])
    assert (
        "uo: 1 values outside the file's own valid range left out" in forcing.warnings
    )


def test_a_value_with_one_component_only_is_left_out_and_said(saved):
    made = dataset()
    made["uo"].values[0, 0, 0] = np.nan
    forcing = only(open_forcing(saved(made)))
    assert np.isnan(forcing.v[0, 0, 0])
    assert "1 values with one component only left out" in forcing.warnings


# Axes


def test_longitudes_of_0_to_360_come_back_to_both_signs(saved):
    lon = np.arange(0.0, 360.0, 30.0)
    forcing = only(open_forcing(saved(dataset(lon=lon))))
    assert forcing.is_global
    assert forcing.lon.tolist() == np.arange(-180.0, 180.0, 30.0).tolist()
    u, _ = forcing.at(time=T0, lat=10.0, lon=-30.0)
    assert u == pytest.approx(0.1 + 0.0001 * 330.0, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "want"),
    [
        ([350, 355, 360, 365], [-10, -5, 0, 5]),
        ([170, 175, 180, 185], [170, 175, 180, 185]),
        ([175, -180, -175, -170], [175, 180, 185, 190]),
        ([24, 22, 21, 20], [20, 21, 22, 24]),
        ([300, 310, 320, 330], [-60, -50, -40, -30]),
    ],
)
def test_any_run_of_longitudes_becomes_rising_from_within_180(saved, lon, want):
    forcing = only(open_forcing(saved(dataset(lon=lon))))
    assert forcing.lon.tolist() == want
    order = np.argsort(np.unwrap(lon, period=360))
    check_equal(forcing, u=field(lon=lon)[:, :, order])


def test_falling_latitude_and_other_orders_of_dimensions_are_turned(saved):
    made = dataset(lat=LAT[::-1]).transpose("lon", "time", "lat")
    check_equal(only(open_forcing(saved(made))))


def test_a_repeated_last_column_of_the_globe_is_left_out(saved):
    forcing = only(open_forcing(saved(dataset(lon=np.arange(0.0, 361.0, 30.0)))))
    assert forcing.lon.size == 12


@pytest.mark.parametrize(
    ("axis", "values", "message"),
    [
        ("lat", [10.0, 12.0, 11.0], "neither rise nor fall"),
        ("lat", [10.0, np.nan, 12.0], "1 of 3 values are not numbers"),
        ("lat", [89.0, 90.0, 91.0], "latitude 91 outside"),
        ("lon", [20.0, 22.0, 21.0, 23.0], "neither rise nor fall"),
        ("lon", [20.0, 21.0, 22.0, 1e9], "is no longitude"),
    ],
)
def test_broken_axes_are_refused(saved, axis, values, message):
    made = dataset().assign_coords({axis: (axis, values, dataset()[axis].attrs)})
    with pytest.raises(InputError, match=message):
        open_forcing(saved(made))


def test_the_surface_level_is_taken_and_said(saved):
    made = dataset().expand_dims({"depth": [50.0, 5.0, 0.5]}, axis=1).copy(deep=True)
    made["depth"].attrs = {"units": "m", "positive": "down"}
    made["uo"].values[:, :2] = 9.0
    forcing = only(open_forcing(saved(made)))
    check_equal(forcing)
    assert forcing.warnings == ("level 0.5 m taken of 3",)


def test_wind_on_pressure_levels_is_refused(saved):
    made = dataset().expand_dims({"level": [1000.0, 850.0]}, axis=1)
    made["level"].attrs = {"units": "hPa", "standard_name": "air_pressure"}
    made["uo"].attrs["standard_name"] = "eastward_wind"
    made["vo"].attrs["standard_name"] = "northward_wind"
    with pytest.raises(InputError, match="levels of pressure"):
        open_forcing(saved(made))


def test_members_and_unknown_dimensions_are_refused(saved):
    with pytest.raises(InputError, match="2 members along 'member'"):
        open_forcing(saved(dataset().expand_dims({"member": [1, 2]})))
    with pytest.raises(InputError, match="q not understood"):
        open_forcing(saved(dataset().expand_dims({"q": 2}), name="q.nc"))
    one = saved(dataset().expand_dims({"q": 1}), name="one.nc")
    check_equal(only(open_forcing(one)))


def test_a_staggered_grid_is_refused_with_what_is_missing(saved):
    made = xr.Dataset()
    for name, standard, shape in (("u", U_NAME, (3, 3)), ("v", V_NAME, (2, 4))):
        dims = ("ocean_time", f"eta_{name}", f"xi_{name}")
        values = np.ones((1, *shape), dtype=np.float32)
        made[name] = (dims, values, {"standard_name": standard})
    with pytest.raises(InputError, match="a staggered grid; average both components"):
        open_forcing(saved(made))


def test_components_of_different_shapes_are_refused(saved):
    made = dataset()
    small = made["vo"].isel(lon=slice(3)).rename(lon="lon_v")
    made["vo"] = small
    with pytest.raises(InputError, match="do not lie on one grid"):
        open_forcing(saved(made))


# Boxes and periods


def test_only_the_box_is_read_with_a_node_beyond(saved):
    path = saved(dataset())
    forcing = only(open_forcing(path, bbox=(20.5, 10.5, 21.5, 10.9)))
    assert (forcing.lat.tolist(), forcing.lon.tolist()) == ([10, 11], [20, 21, 22])
    with pytest.raises(InputError, match="outside the data, which cover"):
        open_forcing(path, bbox=(30.0, 10.0, 31.0, 11.0))
    assert forcing.warnings == ()
    for box in ((23.0, 10.0, 30.0, 11.0), (19.5, 10.0, 20.5, 11.0), (20, 5, 21, 11)):
        beyond = only(open_forcing(path, bbox=box))
        assert beyond.warnings == ("the box asked for reaches beyond the data",)
    for wrong in ((1.0, 2.0, 3.0), (0.0, 5.0, 1.0, 5.0), (0.0, 0.0, np.nan, 1.0)):
        with pytest.raises(InputError, match="box"):
            open_forcing(path, bbox=wrong)


def test_a_box_over_180_is_read_from_a_file_of_either_convention(saved):
    for start in (0.0, -180.0):
        lon = start + np.arange(0.0, 360.0, 10.0)
        path = saved(dataset(lon=lon), name=f"g{start:.0f}.nc")
        forcing = only(open_forcing(path, bbox=(165.0, 10.0, -165.0, 11.0)))
        assert forcing.lon.tolist() == [160.0, 170.0, 180.0, 190.0, 200.0]
        stored = (forcing.lon - start) % 360.0 + start
        assert np.allclose(forcing.u, field(lat=LAT[:2], lon=stored), atol=1e-6)


def test_only_the_frames_around_the_period_are_read(saved):
    path = saved(dataset(n_times=8))
    start = datetime(2024, 1, 1, 2, 30, tzinfo=UTC)
    forcing = only(open_forcing(path, start=start, end=start.replace(hour=4)))
    assert ((forcing.time_s - T0) / 3600.0).tolist() == [2, 3, 4, 5]
    assert np.array_equal(forcing.u, field(8)[2:6])
    with pytest.raises(InputError, match="outside the data, which cover"):
        open_forcing(path, start=datetime(2024, 2, 1, tzinfo=UTC))
    with pytest.raises(InputError, match="no time zone"):
        open_forcing(path, start=datetime(2024, 1, 1))


# Times as frames


def shuffled(order):
    return dataset(n_times=4).isel(time=order)


def test_frames_out_of_order_are_sorted_and_said(saved):
    forcing = only(open_forcing(saved(shuffled([2, 0, 3, 1]))))
    check_equal(forcing, u=field(4))
    assert "times were not in order; frames sorted by time" in forcing.warnings


def test_equal_frames_of_a_repeated_time_are_dropped_others_refused(saved):
    made = shuffled([0, 1, 1, 2, 3])
    forcing = only(open_forcing(saved(made)))
    check_equal(forcing, u=field(4))
    assert "1 repeated times with the same values dropped" in forcing.warnings
    made["uo"].values[2, 0, 0] += 1.0
    with pytest.raises(InputError, match=r"2024-01-01T01:00:00Z occurs twice"):
        open_forcing(saved(made, name="d.nc"))


def test_a_frame_without_values_is_said_and_a_file_without_any_refused(saved):
    made = dataset()
    made["uo"].values[1] = np.nan
    assert (
        "1 of 3 times hold no value at all" in only(open_forcing(saved(made))).warnings
    )
    made["uo"].values[:] = np.nan
    with pytest.raises(InputError, match="no value anywhere"):
        open_forcing(saved(made, name="n.nc"))


def test_a_file_without_time_is_refused(saved):
    with pytest.raises(InputError, match="no time coordinate"):
        open_forcing(saved(dataset().isel(time=0, drop=True)))
    single = only(open_forcing(saved(dataset().isel(time=0), name="one.nc")))
    assert single.shape == (1, 3, 4)
    assert any(text.startswith("one time only") for text in single.warnings)


def test_whole_days_stored_as_short_integers_are_exact(saved):
    made = dataset()
    made["time"] = ("time", np.arange(30_000, 30_003, dtype=np.int16),
                    {"units": "days since 1950-01-01"})  # fmt: skip
    forcing = only(open_forcing(saved(made)))
    assert forcing.starts_at == datetime(2032, 2, 20, tzinfo=UTC)
    assert not any("coarsely" in text for text in forcing.warnings)


@pytest.mark.parametrize(
    ("missing", "message"),
    [("time", "no time coordinate"), ("lat", "neither latitude and longitude nor"),
     ("lon", "neither latitude and longitude nor")],
)  # fmt: skip
def test_a_dimension_without_its_coordinate_is_refused(saved, missing, message):
    with pytest.raises(InputError, match=message):
        open_forcing(saved(dataset().drop_vars(missing)))


def test_time_bounds_say_where_the_stamp_lies(saved):
    made = dataset()
    made["time"].attrs["bounds"] = "time_bnds"
    made["time_bnds"] = (("time", "nv"), np.arange(3.0)[:, None] + [0.0, 1.0])
    forcing = only(open_forcing(saved(made)))
    assert forcing.warnings == (
        "frames stand for periods of 1 h (time bounds); time stamps lie 0.5 h before "
        "their middle",
    )


def test_a_period_that_reaches_beyond_the_data_is_said(saved):
    path = saved(dataset())
    said = "the period asked for reaches beyond the data"
    for hours, beyond in (((0, 2), False), ((-1, 1), True), ((1, 9), True)):
        start, end = (datetime.fromtimestamp(T0 + 3600 * h, UTC) for h in hours)
        found = only(open_forcing(path, start=start, end=end))
        assert (said in found.warnings) is beyond


def test_a_file_without_times_or_of_one_line_is_refused(saved):
    with pytest.raises(InputError, match=r"c\.nc, time: .* no time at all"):
        open_forcing(saved(dataset(n_times=0)))
    with pytest.raises(InputError, match=r"c\.nc: 1 x 4 latitudes and longitudes"):
        open_forcing(saved(dataset(lat=[10.0])))


@pytest.mark.parametrize(
    ("unit", "levels", "said"),
    [("cm", [50.0, 1000.0], "level 0.5 m"), ("km", [0.002, 0.08], "level 2 m")],
)
def test_levels_in_other_lengths_than_metres_are_told_in_metres(
    saved, unit, levels, said
):
    made = dataset().expand_dims(depth=levels).copy(deep=True)
    for name in ("uo", "vo"):
        made[name] = made[name].transpose("time", "depth", "lat", "lon")
    made["depth"].attrs = {"units": unit, "positive": "down"}
    warnings = only(open_forcing(saved(made))).warnings
    assert f"{said} taken of 2" in warnings
