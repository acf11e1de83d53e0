from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from core.classification import PhotoResult, photo_observations, results_frame
from core.errors import ObservationError
from core.observations import CATEGORY_CODES, OBSERVATION_COLUMNS, QualityFlag

BASE = PhotoResult(
    file="0.jpg",
    status="ok",
    category="plastic",
    confidence=0.9,
    probabilities=(0.1,) * len(CATEGORY_CODES),
    width=40,
    height=30,
    taken_at=datetime(2026, 5, 1, 10, 0, tzinfo=UTC),
    lat=31.25,
    lon=-140.5,
    sha256="0" * 64,
    model="m@1",
)


def observed(*changes, **options):
    results = [
        replace(BASE, file=f"{n}.jpg", **({"sha256": f"{n:064x}"} | change))
        for n, change in enumerate(changes)
    ]
    frame = results_frame(results, CATEGORY_CODES)
    return photo_observations(frame, survey="S", **options)


def test_debris_counts_one_and_biota_and_clean_are_real_zeros():
    checked = observed(
        {}, {"category": "biota"}, {"category": "clean"}, effort_km2=0.002
    )
    frame = checked.accepted
    assert tuple(frame) == OBSERVATION_COLUMNS
    assert frame["count"].tolist() == [1, 0, 0]
    assert frame["effort_km2"].tolist() == [0.002] * 3
    assert set(frame["source"]) == {"photo"}
    assert frame["model"].tolist() == ["m@1"] * 3


def test_doubt_about_category_or_position_is_flagged():
    frame = observed(
        {}, {"status": "low_confidence"}, {"position_is_doubtful": True}, effort_km2=1
    ).accepted
    assert frame["quality_flag"].tolist() == [
        QualityFlag.GOOD,
        QualityFlag.SUSPECT,
        QualityFlag.SUSPECT,
    ]


def test_photos_without_place_or_time_are_left_out_and_named():
    checked = observed({}, {"lat": None, "lon": None}, {"taken_at": None}, effort_km2=1)
    assert len(checked.accepted) == 1
    assert [(r.row, r.field) for r in checked.rejected] == [(2, "lat"), (3, "taken_at")]
    assert "1.jpg" in checked.rejected[0].reason


def test_refused_photos_are_no_observations():
    checked = observed({"status": "rejected", "category": ""}, effort_km2=1)
    assert len(checked.accepted) == 0
    assert checked.rejected == ()


def test_a_photo_that_comes_twice_counts_once():
    checked = observed({}, {"sha256": f"{0:064x}"}, effort_km2=1)
    assert len(checked.accepted) == 1
    assert [r.row for r in checked.repeated] == [2]


def test_the_same_photos_give_the_same_identities():
    first, second = observed({}, {"category": "clean"}), observed({})
    assert first.accepted["observation_id"][0] == second.accepted["observation_id"][0]


def test_effort_may_differ_by_photo_and_simulated_is_kept():
    frame = observed({}, {}, effort_km2=pd.Series([1.0, 2.0]), simulated=True).accepted
    assert frame["effort_km2"].tolist() == [1.0, 2.0]
    assert frame["simulated"].all()


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(ObservationError, match="sha256"):
        photo_observations(pd.DataFrame({"file": ["a"]}), survey="S")


def test_a_foreign_photo_counts_as_nothing_and_is_named():
    checked = observed(
        {}, {"status": "low_confidence", "is_foreign": True}, effort_km2=1
    )
    assert len(checked.accepted) == 1
    (left_out,) = checked.rejected
    assert left_out.row == 2
    assert "does not look like" in left_out.reason
    assert "1.jpg" in left_out.reason
