"""Broken and hostile files: an InputError that names the file, and nothing else."""

import json
import random
import tracemalloc

import h5py
import netCDF4
import numpy as np
import pytest
import xarray as xr

from core.environment import Forcing, open_forcing
from core.environment.files import source as open_source
from core.errors import InputError

T0 = 1.7e9


@pytest.fixture
def good(tmp_path):
    """A small whole file."""
    values = np.ones((3, 4, 5), dtype=np.float32)
    forcing = Forcing(
        kind="current", time_s=T0 + np.linspace(0.0, 7200.0, 3),
        lat=np.linspace(0.0, 3.0, 4), lon=np.linspace(0.0, 4.0, 5), u=values, v=values,
    )  # fmt: skip
    return forcing.to_netcdf(tmp_path / "good.nc")


def classic(good, tmp_path):
    path = tmp_path / "classic.nc"
    with xr.open_dataset(good, decode_cf=False) as made:
        made.drop_attrs(deep=False).to_netcdf(path, format="NETCDF3_CLASSIC")
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; fetch it again"),
        (b"time,lat,lon,u,v\n1,2,3,4,5\n", "neither NetCDF nor Zarr"),
        (b"  <html><body>502 Bad Gateway</body></html>", "error page of a server"),
        (b'{"error": 404}', "a JSON document"),
        (b"GRIB\x00\x00\x00\x02", "a GRIB file; convert it"),
        (b"\x1f\x8b\x08\x00", "a gzip file; unpack it first"),
        (b"PAR1", "a Parquet table"),
        (b"CDF\x01", "broken or cut off"),
        (b"CDF\x05\x00", "broken or cut off"),
        (b"\x89HDF\r\n\x1a\n", "broken or cut off"),
        (b"PK\x03\x04rubbish", "broken or cut off"),
        (b"\x00" * 100, "neither NetCDF nor Zarr"),
    ],
)
def test_files_that_are_something_else_are_named_for_what_they_are(
    tmp_path, content, message
):
    path = tmp_path / "current.nc"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        open_forcing(path)
    assert str(caught.value).startswith("current.nc: ")


def test_an_address_in_place_of_a_file_is_sent_to_the_command_that_fetches():
    with pytest.raises(InputError, match="fetch it first: python -m core forcing"):
        open_forcing("https://127.0.0.1/current.nc")


def test_absent_files_and_plain_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no\.nc: no such file"):
        open_forcing(tmp_path / "no.nc")
    with pytest.raises(InputError, match="a folder without Zarr metadata"):
        open_forcing(tmp_path)


@pytest.mark.parametrize("kind", ["netcdf4", "classic"])
def test_a_file_cut_off_anywhere_is_refused_or_read_whole(good, tmp_path, kind):
    path = good if kind == "netcdf4" else classic(good, tmp_path)
    data = path.read_bytes()
    cut = tmp_path / "cut.nc"
    for length in np.linspace(9, len(data) - 1, 25).astype(int):
        cut.write_bytes(data[:length])
        try:
            (forcing,) = open_forcing(cut)
        except InputError as error:
            assert str(error).startswith("cut.nc")
        else:
            assert np.all(forcing.u[np.isfinite(forcing.u)] == 1.0)


@pytest.mark.parametrize("kind", ["netcdf4", "classic"])
def test_changed_bytes_never_raise_anything_but_input_error(good, tmp_path, kind):
    path = good if kind == "netcdf4" else classic(good, tmp_path)
    data = path.read_bytes()
    spoiled = tmp_path / "spoiled.nc"
    n_refused = 0
    for seed in range(40):
        rng = random.Random(seed)  # noqa: S311 - bytes to spoil, no secret
        changed = bytearray(data)
        for _ in range(rng.choice([1, 5, 40])):
            changed[rng.randrange(8, len(changed))] = rng.choice([0, 0xFF, 0x80, 0x20])
        spoiled.write_bytes(changed)
        try:
            open_forcing(spoiled)
        except InputError:
            n_refused += 1
    assert n_refused > 5


def huge(path, *, chunks=None):
    """A field of 4e12 values that takes no room on disk."""
    with netCDF4.Dataset(path, "w") as file:
        for name, n, unit in (
            ("time", 10_000, "hours since 2024-01-01"),
            ("lat", 20_000, "degrees_north"),
            ("lon", 20_000, "degrees_east"),
        ):
            file.createDimension(name, n)
            axis = file.createVariable(name, "f8", (name,))
            axis[:] = np.linspace(0.0, 80.0, n)
            axis.units = unit
        for name in ("uo", "vo"):
            field = file.createVariable(
                name, "f4", ("time", "lat", "lon"), chunksizes=chunks or (1, 100, 100)
            )
            field.units = "m/s"
    return path


def test_a_huge_field_is_refused_before_it_is_allocated(tmp_path):
    path = huge(tmp_path / "huge.nc")
    tracemalloc.start()
    with pytest.raises(InputError, match=r"10000 x 20000 x 20000 values .* give a box"):
        open_forcing(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6
    # A small box of it is read: every value is missing there.
    with pytest.raises(InputError, match="no value anywhere in the box"):
        open_forcing(path, bbox=(10.0, 10.0, 10.02, 10.02))


def test_a_huge_chunk_is_refused_before_it_is_unpacked(tmp_path):
    path = huge(tmp_path / "chunk.nc", chunks=(1, 20_000, 20_000))
    with pytest.raises(InputError, match=r"stored in chunks of 1\.6 GB"):
        open_forcing(path, bbox=(10.0, 10.0, 10.02, 10.02))


def test_a_huge_zarr_array_without_chunks_on_disk_is_refused(good, tmp_path):
    with xr.open_dataset(good, decode_cf=False) as made:
        made.to_zarr(tmp_path / "h.zarr", zarr_format=2, consolidated=False)
    for name, n in (("lat", 4), ("lon", 10**12)):
        meta = tmp_path / "h.zarr" / name / ".zarray"
        text = json.loads(meta.read_text())
        text["shape"] = [n]
        meta.write_text(json.dumps(text))
    with pytest.raises(InputError, match=r"h\.zarr"):
        open_forcing(tmp_path / "h.zarr")


def packed_zarr(good, folder, **metadata):
    """A Zarr store whose latitudes say to be stored in another way."""
    with xr.open_dataset(good, decode_cf=False) as made:
        made.to_zarr(folder, zarr_format=2, consolidated=False)
    meta = folder / "lat" / ".zarray"
    meta.write_text(json.dumps(json.loads(meta.read_text()) | metadata))
    return folder


def test_a_zarr_codec_that_only_changes_numbers_is_asked_for(good, tmp_path):
    store = packed_zarr(good, tmp_path / "p.zarr", filters=[{"id": "base64"}])
    with pytest.raises(InputError, match="'lat' is packed with base64, which is not"):
        open_forcing(store)


@pytest.mark.parametrize("dtype", ["<f8", "|O"])
def test_a_pickle_in_a_zarr_store_is_never_loaded(good, tmp_path, monkeypatch, dtype):
    monkeypatch.chdir(tmp_path)
    store = packed_zarr(
        good, tmp_path / "p.zarr", dtype=dtype, compressor=None,
        filters=[{"id": "pickle", "protocol": 4}],
    )  # fmt: skip
    # What would make the file "loaded" if a reader took it for a pickle.
    (store / "lat" / "0").write_bytes(b"cbuiltins\nopen\n(S'loaded'\nS'w'\ntR.")
    with pytest.raises(InputError, match=r"p\.zarr: "):
        open_forcing(store)
    assert not (tmp_path / "loaded").exists()


def test_data_that_lie_in_another_file_are_refused(good, tmp_path):
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"s" * 240)
    for kind in ("link", "storage", "virtual", "soft"):
        path = tmp_path / f"{kind}.nc"
        path.write_bytes(good.read_bytes())
        with h5py.File(path, "a") as file:
            del file["uo"]
            if kind == "link":
                file["uo"] = h5py.ExternalLink(str(good), "/uo")
            elif kind == "soft":
                file["uo"] = h5py.SoftLink("/vo")
            elif kind == "storage":
                file.create_dataset(
                    "uo", (3, 4, 5), "f4", external=[(str(secret), 0, 240)]
                )
            else:
                layout = h5py.VirtualLayout((3, 4, 5), "f4")
                layout[:] = h5py.VirtualSource(str(good), "uo", (3, 4, 5))
                file.create_virtual_dataset("uo", layout)
        with pytest.raises(InputError, match=f"{kind}.nc: .*'uo'"):
            open_forcing(path)


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("scale_factor", "abc", "scale_factor is 'abc', expected a number"),
        ("scale_factor", 0.0, "scale_factor is 0"),
        ("add_offset", np.nan, "add_offset is nan"),
        ("missing_value", "none", "missing_value is 'none'"),
        ("units", "m/s\n\x1b[2J" + "x" * 10**6, "is not known"),
        ("units", "", None),
        ("long_name", "\u202e" * 10**5, None),
        ("valid_min", "low", "valid_min is 'low'"),
    ],
)
def test_hostile_attributes_are_refused_or_harmless(good, attribute, value, message):
    with netCDF4.Dataset(good, "a") as file:
        file["uo"].setncattr(attribute, value)
    if message is None:
        open_forcing(good)
        return
    with pytest.raises(InputError, match=message) as caught:
        open_forcing(good)
    assert len(str(caught.value)) < 1_000
    assert str(caught.value).isprintable()


def test_hostile_texts_of_a_file_stay_short_and_printable(good):
    with netCDF4.Dataset(good, "a") as file:
        file.title = "=cmd|'/c calc'!A0\r\n" + "t" * 10**6
        file.attribution = "\x00\x1b]0;x\x07credit"
        file.gyre_warnings = "[" * 50_000
        file.gyre_source_variables = json.dumps(["a\nb" * 1_000] * 200)
    (forcing,) = open_forcing(good)
    assert len(forcing.title) <= 500
    texts = (forcing.title, forcing.attribution, *forcing.warnings, *forcing.variables)
    assert all(text.isprintable() for text in texts)
    assert sum(map(len, texts)) < 100_000


def test_missing_times_are_refused_by_file_and_variable(good):
    with netCDF4.Dataset(good, "a") as file:
        file["time"][1] = np.nan
    with pytest.raises(InputError, match=r"good\.nc, time: 1 of 3 times are missing"):
        open_forcing(good)


def test_texts_as_a_field_are_refused(tmp_path):
    made = xr.Dataset({"uo": (("lat", "lon"), np.array([["a", "b"], ["c", "d"]]))})
    made.to_netcdf(tmp_path / "t.nc")
    with pytest.raises(InputError, match=r"t\.nc: no current, wind"):
        open_forcing(tmp_path / "t.nc")


def test_too_many_variables_are_refused(good, monkeypatch):
    monkeypatch.setattr(open_source, "MAX_VARIABLES", 3)
    with pytest.raises(InputError, match="5 variables, at most 3"):
        open_forcing(good)


def test_a_file_name_with_line_breaks_stays_on_one_line(tmp_path):
    path = tmp_path / "a\nb\x1b[31m.nc"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError) as caught:
        open_forcing(path)
    assert str(caught.value).isprintable()
