"""Rules of taking forcing into the store and out again."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from core.drift import advect
from core.environment import Forcing
from core.errors import InputError, NotFoundError, StorageError
from core.forecasts import add_forcing, forcings, load_forcing, velocity_field
from core.storage import Store, restore_backup, write_backup
from core.storage import open_store as open_other
from tests.core.forecasts.flows import START, uniform


def test_a_file_comes_back_as_the_forcing_it_holds(
    store: Store, add: Callable[..., str]
) -> None:
    forcing_id = add(u=0.25)
    (row,) = forcings(store)
    assert row["forcing_id"] == forcing_id
    assert (row["west"], row["south"], row["east"], row["north"]) == (-160, -5, -150, 5)
    assert (row["starts_at"], row["ends_at"]) == (START, START + timedelta(hours=96))
    assert (row["n_times"], row["resolution_deg"]) == (97, 1.0)
    opened = load_forcing(store, forcing_id)
    assert opened.u == pytest.approx(np.full((97, 11, 11), 0.25))
    assert opened.sha256 == row["sha256"]


def test_a_part_is_read_with_a_node_beyond_each_end(
    store: Store, add: Callable[..., str]
) -> None:
    opened = load_forcing(
        store,
        add(),
        bbox=(-157.5, -0.5, -156.5, 0.5),
        start=START + timedelta(hours=5.5),
        end=START + timedelta(hours=6.5),
    )
    assert opened.lon.tolist() == [-158.0, -157.0, -156.0]
    assert opened.lat.tolist() == [-1.0, 0.0, 1.0]
    assert opened.time_s.size == 3


def test_adding_is_audited_once_with_the_hash(
    store: Store, add: Callable[..., str]
) -> None:
    forcing_id = add()
    assert add() == forcing_id
    (entry,) = store.audit.entries(action="forcing.added")
    assert entry["subject"] == f"forcing:{forcing_id}"
    detail = json.loads(entry["detail"])
    assert detail["sha256"] == store.forcings.get(forcing_id)["sha256"]
    assert len(list(store.files.names())) == 1


def test_simulated_is_taken_from_the_file_and_from_the_caller(
    store: Store, add: Callable[..., str], tmp_path: Path
) -> None:
    assert store.forcings.get(add(simulated=True))["simulated"]
    uniform("wind").to_netcdf(tmp_path / "w.nc")
    (wind_id,) = add_forcing(
        store, tmp_path / "w.nc", name="W", actor="mia", simulated=True
    )
    assert load_forcing(store, wind_id).simulated


def test_each_kind_of_a_file_is_a_row(store: Store, tmp_path: Path) -> None:
    parts = []
    for kind in ("current", "wind"):
        uniform(kind).to_netcdf(tmp_path / f"{kind}.nc")
        parts.append(xr.load_dataset(tmp_path / f"{kind}.nc"))
    xr.merge(parts, compat="override").to_netcdf(tmp_path / "both.nc")
    ids = add_forcing(store, tmp_path / "both.nc", name="Both", actor="mia")
    assert [store.forcings.get(one)["kind"] for one in ids] == ["current", "wind"]
    assert len({store.forcings.get(one)["sha256"] for one in ids}) == 1
    assert load_forcing(store, ids[1]).kind == "wind"


def test_a_zarr_store_is_kept_as_a_file(store: Store, tmp_path: Path) -> None:
    uniform(u=0.125).to_netcdf(tmp_path / "c.nc")
    xr.load_dataset(tmp_path / "c.nc").to_zarr(tmp_path / "c.zarr", zarr_format=2)
    (forcing_id,) = add_forcing(store, tmp_path / "c.zarr", name="Z", actor="mia")
    assert load_forcing(store, forcing_id).u.max() == 0.125


@pytest.mark.parametrize(
    "content", [b"", b"not a NetCDF file", b"\x89HDF\r\n\x1a\n" + b"\x00" * 50]
)
def test_a_file_that_cannot_be_used_is_refused_and_not_kept(
    store: Store, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad.nc").write_bytes(content)
    with pytest.raises(InputError):
        add_forcing(store, tmp_path / "bad.nc", name="Bad", actor="mia")
    with pytest.raises((InputError, NotFoundError)):
        add_forcing(store, tmp_path / "missing.nc", name="Bad", actor="mia")
    assert list(store.files.names()) == []
    assert store.audit.count() == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "two\nlines", "\x00"])
def test_names_that_no_list_could_show_are_refused(
    store: Store, tmp_path: Path, name: str
) -> None:
    uniform().to_netcdf(tmp_path / "c.nc")
    with pytest.raises(InputError, match="printable characters"):
        add_forcing(store, tmp_path / "c.nc", name=name, actor="mia")


@pytest.mark.parametrize("name", ["=cmd()", "../../etc", "Strömung 今"])
def test_odd_names_are_only_words(store: Store, tmp_path: Path, name: str) -> None:
    uniform().to_netcdf(tmp_path / "c.nc")
    (forcing_id,) = add_forcing(store, tmp_path / "c.nc", name=name, actor="mia")
    assert store.forcings.get(forcing_id)["name"] == name


def test_a_changed_file_is_not_used(store: Store, add: Callable[..., str]) -> None:
    forcing_id = add()
    path = store.files.path(store.forcings.get(forcing_id)["sha256"])
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(StorageError, match="damaged"):
        load_forcing(store, forcing_id)


def test_a_backup_brings_the_forcing_back(
    store: Store, add: Callable[..., str], tmp_path: Path
) -> None:
    forcing_id = add(u=0.75)
    write_backup(store, tmp_path / "b.tar")
    url = f"sqlite:///{tmp_path / 'new' / 'gyre.db'}"
    restore_backup(tmp_path / "b.tar", url=url, data_dir=tmp_path / "new")
    with open_other(url) as copy:
        assert load_forcing(copy, forcing_id).u.max() == 0.75


def test_a_field_for_the_drift_model_is_made_of_all_but_waves() -> None:
    field = velocity_field(uniform(u=0.5))
    assert field.mesh == "spherical"
    assert field.time_s.tolist() == uniform().time_s.tolist()
    shape = (97, 11, 11)
    waves = Forcing(
        kind="waves",
        time_s=uniform().time_s,
        lat=uniform().lat,
        lon=uniform().lon,
        height_m=np.ones(shape, dtype=np.float32),
    )
    with pytest.raises(InputError, match="no velocity"):
        velocity_field(waves)


@pytest.mark.parametrize("last", [179.0, 178.995])
def test_a_particle_between_the_last_and_first_column_of_a_globe_is_carried(
    last: float,
) -> None:
    # The axis of a file in float32 or of rounded steps may stop a little short.
    lon = np.linspace(-180.0, last, 360)
    base = uniform(hours=2)
    shape = (base.time_s.size, base.lat.size, lon.size)
    ring = Forcing(
        kind="current",
        time_s=base.time_s,
        lat=base.lat,
        lon=lon,
        u=np.full(shape, 1.0, dtype=np.float32),
        v=np.zeros(shape, dtype=np.float32),
    )
    assert ring.is_global
    hour = (START.timestamp(), START.timestamp() + 3600.0)
    track = advect(
        velocity_field(ring), [179.5], [0.0], t0_s=hour[0], t1_s=hour[1], dt_s=600.0
    )
    # 1 m/s for an hour on the equator of a sphere of 6,371 km.
    moved = np.degrees(3600.0 / 6_371_000.0)
    assert (track.x[-1, 0] - 179.5) % 360.0 == pytest.approx(moved, rel=1e-6)
