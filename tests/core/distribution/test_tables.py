import gzip
import shutil

import numpy as np
import pytest

from core.config import PROJECT_ROOT
from core.distribution import TABLES, TARGETS, target, training_rows
from core.distribution.tables import ROW_COLUMNS
from core.errors import InputError

from .conftest import write_table

REAL = PROJECT_ROOT.parent / "shared" / "datasets" / "observations"
HISTORY = (
    "#,Data Reference,Sampling Year,Sampling Month,Longitude (degrees),"
    "Latitude (degrees),Mesh Size (microns),Sampling type,"
    "Microplastic Numerical Concentration (#/km²),"
    "Microplastic Mass Concentration (g/km²),Inside GPGP?\n"
)


def write_history(folder, rows):
    path = folder / "gpgp_historical_1972_2015.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(HISTORY + "".join(f"{i},X,{row},1\n" for i, row in enumerate(rows)))


def test_classes_are_cut_at_their_bounds():
    pieces = target("pieces_net")
    values = [0.0, 0.5, 999.9, 1000.0, 1e4, 99_999.0, 1e5, 1e9]
    assert pieces.classes_of(values).tolist() == [0, 1, 1, 2, 3, 3, 4, 4]


@pytest.mark.parametrize("one", TARGETS, ids=lambda t: t.code)
def test_every_class_has_a_name(one):
    assert len(one.class_labels) == one.n_classes


def test_size_classes_of_a_tow_are_added_up(tmp_path):
    write_table(tmp_path, n=40)
    nets = training_rows(tmp_path, target("pieces_net")).frame
    large = training_rows(tmp_path, target("pieces_large")).frame
    assert len(nets) == len(large) == 20
    assert list(nets) == list(ROW_COLUMNS)
    # Parts of 1, 2 and 3 times the same number: the smallest is a sixth of the tow.
    assert (nets["value"] > 0).all()
    assert set(nets["mesh_mm"]) == {0.335}
    assert set(large["mesh_mm"]) == {200.0}


def test_a_tow_of_two_tables_is_taken_once(tmp_path):
    write_table(tmp_path, n=40)
    alone = training_rows(tmp_path, target("pieces_net"))
    first = alone.frame.iloc[0]
    year, month = first["observed_at"].year, first["observed_at"].month
    lat, lon = round(first["lat"] + 0.05, 3), first["lon"]
    write_history(
        tmp_path,
        [
            f"{year},{month},{lon},{lat},335,manta,100,1",  # 5 km off, same month
            f"{year},{month % 12 + 1},{lon},{lat},335,manta,100,1",  # another month
            f"{year},{month},{lon},{lat + 1},335,manta,100,1",  # another place
        ],
    )
    both = training_rows(tmp_path, target("pieces_net"))
    assert [(t["n"], t["n_same"]) for t in both.used] == [(20, 0), (2, 1)]


def test_a_row_that_repeats_one_of_its_table_is_taken_once(tmp_path):
    write_history(tmp_path, ["2001,5,-140,30,335,manta,100,1"] * 3)
    rows = training_rows(tmp_path, target("pieces_net"))
    assert len(rows.frame) == 1


def test_counts_and_masses_stay_apart(tmp_path):
    write_history(tmp_path, ["2001,5,-140,30,335,manta,100,7"])
    assert training_rows(tmp_path, target("pieces_net")).frame["value"].item() == 100
    assert training_rows(tmp_path, target("mass_net")).frame["value"].item() == 7
    with pytest.raises(InputError):
        training_rows(tmp_path, target("pieces_large"))


def test_a_folder_without_tables_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match="eriksen2014"):
        training_rows(tmp_path, target("pieces_net"))
    with pytest.raises(InputError, match="any or open"):
        training_rows(tmp_path, target("pieces_net"), licence="free")


def test_a_table_that_is_broken_is_refused(tmp_path):
    (tmp_path / TABLES[0].file).write_bytes(b"not a gzip file")
    with pytest.raises(InputError):
        training_rows(tmp_path, target("pieces_net"))


@pytest.mark.skipif(not REAL.is_dir(), reason="the published tables are not here")
def test_the_published_tables_give_what_their_description_says():
    rows = training_rows(REAL, target("pieces_net"))
    table = {one["name"]: one for one in rows.used}
    assert table["eriksen2014"]["n"] == 679
    assert table["gpgp2015"]["n"] == 501
    # All tows of 2014 stand in the compilation of 2023 as well.
    assert int(str(table["surface_trawls"]["n_same"])) >= 679 + 332
    frame = rows.frame
    assert frame["value"].ge(0).all()
    assert np.isfinite(frame["mesh_mm"]).all()
    assert frame["mesh_mm"].max() < 1.0
    opened = training_rows(REAL, target("pieces_net"), licence="open")
    assert set(opened.frame["licence"]) == {"open"}
    assert len(opened.frame) < len(frame)


@pytest.mark.skipif(not REAL.is_dir(), reason="the published tables are not here")
def test_positions_that_were_swapped_are_in_the_patch(tmp_path):
    for name in ("gpgp2015_2016_concentration.csv.gz",):
        shutil.copy(REAL / name, tmp_path / name)
    mosaics = training_rows(tmp_path, target("pieces_large")).frame
    assert len(mosaics) == 31
    assert mosaics["lat"].between(20, 45).all()
    assert mosaics["lon"].between(-160, -120).all()
