from datetime import UTC, datetime

import numpy as np
import pytest

from core.classification import PhotoResult, result_columns, results_frame

CODES = ("biota", "plastic")
GOOD = PhotoResult(
    file="a.jpg",
    status="ok",
    category="plastic",
    confidence=0.75,
    probabilities=(0.25, 0.75),
    width=40,
    height=30,
    taken_at=datetime(2026, 5, 1, 10, 0, tzinfo=UTC),
    lat=31.25,
    lon=-140.5,
    sha256="ab",
    model="m@1",
)
BAD = PhotoResult(file="b.jpg", status="rejected", reason="empty", model="m@1")


def test_columns_are_those_of_the_contract_in_order():
    assert result_columns(CODES) == (
        "file", "status", "reason", "category", "confidence", "p_biota", "p_plastic",
        "width", "height", "taken_at", "lat", "lon", "sha256", "model",
    )  # fmt: skip


def test_a_row_holds_plain_values_and_none_for_unknown():
    row = GOOD.to_row(CODES)
    assert row["taken_at"] == "2026-05-01T10:00:00Z"
    assert row["p_plastic"] == 0.75
    assert BAD.to_row(CODES)["p_plastic"] is None


def test_a_frame_has_times_numbers_and_no_none():
    frame = results_frame([GOOD, BAD], CODES)
    assert list(frame)[:14] == list(result_columns(CODES))
    assert str(frame["taken_at"].dtype) == "datetime64[us, UTC]"
    assert frame.loc[1, "category"] == ""
    assert np.isnan(frame["confidence"].to_numpy()[1])
    assert frame["position_is_doubtful"].tolist() == [False, False]


def test_a_frame_of_nothing_has_the_same_columns_and_types():
    empty, full = results_frame([], CODES), results_frame([GOOD], CODES)
    assert list(empty) == list(full)
    assert empty.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()


def test_shares_must_match_the_categories():
    with pytest.raises(ValueError, match="zip"):
        GOOD.to_row(("one",))
