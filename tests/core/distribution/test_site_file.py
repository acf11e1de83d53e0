import csv
import io
from datetime import UTC, datetime

import pytest

from core.distribution.site_file import fill_sites
from core.distribution.site_mass import site_masses
from core.errors import InputError
from core.routing import parse_sites

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def filled(forest, text):
    return fill_sites(text.encode("utf-8"), forest, time=JUNE)


def rows(done):
    return list(csv.DictReader(io.StringIO(done.data.decode())))


def test_a_given_mass_stays_as_it_is_written(forest):
    done = filled(forest, "site,lat,lon,mass_kg,category\nA,10,-30,400.50,plastic\n")
    (row,) = rows(done)
    assert (row["mass_kg"], row["mass_kg_low"], row["basis"]) == ("400.50", "", "given")
    assert done.filled == {}
    assert done.note() == ""


def test_an_empty_mass_is_filled_and_named_as_not_measured(forest):
    done = filled(forest, "site,lat,lon,mass_kg\nA,10,-30,400\nB,20,-31,\n")
    _, row = rows(done)
    mass = float(row["mass_kg"])
    assert float(row["mass_kg_low"]) + mass > 0
    assert float(row["mass_kg_low"]) <= mass <= float(row["mass_kg_high"])
    assert row["basis"] == "prior from debris_forest@1, not measured"
    assert "B: prior from debris_forest@1, not measured" in done.note()
    assert "A" not in done.filled
    # What was filled is a sites file that the planner reads.
    read = parse_sites(done.data)
    assert read.frame["site"].tolist() == ["A", "B"]
    assert not read.rejected


def test_mass_grows_with_the_area_and_shrinks_with_a_search_in_vain(forest):
    done = filled(
        forest,
        "site;lat;lon;area_km2;n_items;effort_km2\n"
        "A;20;-31;1;;\nB;20;-31;10;;\nC;20;-31;10;0;50\n",
    )
    a, b, c = (done.filled[name] for name in "ABC")
    assert b.mass_kg == pytest.approx(10 * a.mass_kg)
    assert c.mass_kg < b.mass_kg / 2
    assert c.prior_weight < 0.5
    assert "prior counts" in c.basis


def test_more_things_found_mean_more_mass(forest):
    few, many = (
        site_masses(
            forest, lat=[20.0], lon=[-31.0], time=JUNE, n_items=[n], effort_km2=[2.0]
        )[0].mass_kg
        for n in (1.0, 100.0)
    )
    assert many > few


def test_rows_that_cannot_be_used_are_left_for_the_reader_to_name(forest):
    done = filled(
        forest,
        "site,lat,lon,mass_kg,area_km2,n_items,effort_km2\n"
        "A,95,0,,,,\nB,x,0,,,,\nC,0,0,,-1,,\nD,0,0,,,5,\nE,nan,0,,,,\nF,5,-30,,,,\n",
    )
    assert set(done.filled) == {"F"}
    read = parse_sites(done.data)
    assert read.frame["site"].tolist() == ["F"]
    assert len({one.record for one in read.rejected}) == 5


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"site,lat\nA,1\n",
        b"site,lat,lon,lat\nA,1,2,3\n",
        b"site,lat,lon\nA,1,2,3\n",
    ],
)
def test_files_that_are_no_sites_are_refused(forest, data):
    with pytest.raises(InputError):
        fill_sites(data, forest, time=JUNE)


def test_a_long_list_is_summed_up(forest):
    lines = "".join(f"S{i},20,-31,\n" for i in range(50))
    note = filled(forest, "site,lat,lon,mass_kg\n" + lines).note()
    assert "and 30 more" in note
