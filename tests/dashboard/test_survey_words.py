"""Counts and answers of a survey in correct singular and plural."""

from datetime import UTC, datetime

import pytest

from core.surveys import SurveySummary
from dashboard.components.survey_words import counted, survey_answer


def summary(**counts):
    names = ("photos", "debris", "clear", "doubtful", "waiting", "refused")
    figures = {f"n_{name}": counts.get(name, 0) for name in names}
    return SurveySummary(
        survey="June flight",
        simulated=False,
        n_reviewed=0,
        n_agreed=0,
        effort_km2=1.0,
        first_at=datetime(2025, 6, 1, tzinfo=UTC),
        last_at=datetime(2025, 6, 1, tzinfo=UTC),
        models=(),
        **figures,
    )


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 photos"), (1, "1 photo"), (1200, "1,200 photos")]
)
def test_only_one_is_singular(n, said):
    assert counted(n, "photo") == said


def test_an_answer_agrees_with_its_counts():
    one = summary(photos=2, debris=1, doubtful=1, waiting=1, refused=1)
    assert survey_answer(one) == (
        "Debris on **1 of 2 photos** (50 %); 1 is in doubt and waits for a look; "
        "1 does not count for want of a position or time; 1 file was refused."
    )
    two = summary(photos=4, debris=4, doubtful=2, waiting=2, refused=2)
    assert survey_answer(two) == (
        "Debris on **4 of 4 photos** (100 %); 2 are in doubt and wait for a look; "
        "2 do not count for want of a position or time; 2 files were refused."
    )
    assert survey_answer(summary(refused=1)).startswith("1 file was refused; none")
