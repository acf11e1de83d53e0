"""The efficiency page: empty, with hauls, with bad hauls; figures added up by hand."""

import doctest
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import dashboard.components.efficiency_words as words
from core.storage import Store

OpenApp = Callable[..., AppTest]


def hauls(*, simulated: bool = True) -> pd.DataFrame:
    """Eight weekly trips each of two vessels; 100 kg in 10 h and 40 kg in 20 h."""
    rows = []
    for week in range(8):
        for vessel, kg, hours in (("Ahi", 100.0, 10.0), ("Ono", 40.0, 20.0)):
            start = pd.Timestamp("2026-06-01T06:00Z") + pd.Timedelta(weeks=week)
            grown = kg * (1.0 + 0.1 * (week >= 4)) + week % 2
            rows.append(
                {
                    "haul_id": f"{vessel}-{week}",
                    "vessel": vessel,
                    "started_at": start,
                    "ended_at": start + pd.Timedelta(hours=hours),
                    "site": f"P{week:02d}",
                    "planned_kg": kg,
                    "hauled_kg": grown,
                    "hours": hours,
                    "fuel_l": 10.0 * hours,
                    "cost": 50.0 * hours,
                    "distance_km": 100.0,
                    "simulated": simulated,
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture
def with_hauls(empty_store: Store) -> Store:
    empty_store.hauls.add(hauls())
    return empty_store


def test_without_hauls_the_page_says_what_it_will_show(
    open_app: OpenApp, empty_store: Store
) -> None:
    app = open_app("efficiency")
    assert not app.exception
    assert "will show what each vessel brings in" in app.markdown[-1].value
    (button,) = [b for b in app.button if b.label == "Plan routes"]
    assert not button.disabled


def test_answer_and_figures_are_those_of_the_last_four_weeks(
    open_app: OpenApp, with_hauls: Store
) -> None:
    """Check by hand: 4 * (110 + 44) + 4 = 620 kg in 120 h, 1200 l, 6000; plan 560.

    Before that 4 * 140 + 4 = 564 kg in the same time, so 620 / 564 is 10 % more.
    """
    app = open_app("efficiency")
    assert not app.exception
    answer = next(m.value for m in app.markdown if "hauled" in m.value)
    assert "**620 kg** on 8 trips in the 4 weeks from 29 Jun to 26 Jul 2026" in answer
    assert "**5.2 kg per hour (" in answer
    assert "10 % more than in the period before (4.7)" in answer
    shown = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert shown == {
        "Hauled per hour (kg)": ("5.17", "+10 %"),
        "Hauled per litre of fuel (kg)": ("0.517", "+10 %"),
        "Cost per kg": ("9.68", "-9 %"),
        "Hauled of planned": ("111 %", "+10 %"),
    }
    captions = [caption.value for caption in app.caption]
    assert any("1 Jun to 28 Jun 2026 (8 trips)" in text for text in captions)


def test_every_chart_has_words_a_source_and_a_count(
    open_app: OpenApp, with_hauls: Store
) -> None:
    app = open_app("efficiency")
    charts = app.get("plotly_chart")
    assert len(charts) == 4
    sources = [c.value for c in app.caption if c.value.startswith("Source:")]
    assert len(sources) == 4
    assert all("simulated" in text and "n = " in text for text in sources)


def test_all_weeks_have_nothing_to_compare_with(
    open_app: OpenApp, with_hauls: Store
) -> None:
    app = open_app("efficiency", efficiency_period="All weeks")
    assert not app.exception
    answer = next(m.value for m in app.markdown if "hauled" in m.value)
    assert "**1.2 t** on 16 trips in the 8 weeks" in answer
    assert "period before" not in answer
    assert any("nothing to compare" in caption.value for caption in app.caption)


def test_one_vessel_can_be_chosen_by_link_and_reset(
    open_app: OpenApp, with_hauls: Store
) -> None:
    app = open_app("efficiency", efficiency_vessel="Ono")
    answer = next(m.value for m in app.markdown if "hauled" in m.value)
    assert answer.startswith("Ono hauled **180 kg** on 4 trips")
    (reset,) = [b for b in app.button if b.label == "Reset filters"]
    assert not reset.disabled
    reset.click().run()
    answer = next(m.value for m in app.markdown if "hauled" in m.value)
    assert answer.startswith("The fleet hauled")


def test_charts_follow_the_measure(open_app: OpenApp, with_hauls: Store) -> None:
    app = open_app("efficiency", efficiency_measure="Cost per kg")
    assert not app.exception
    headings = [heading.value for heading in app.subheader]
    assert "Cost per kg, by vessel" in headings


def test_simulated_hauls_wear_the_badge(open_app: OpenApp, with_hauls: Store) -> None:
    app = open_app("efficiency")
    assert any("Simulated data" in m.value for m in app.markdown)


def test_real_hauls_wear_none(open_app: OpenApp, empty_store: Store) -> None:
    empty_store.hauls.add(hauls(simulated=False))
    app = open_app("efficiency")
    assert not any("Simulated data" in m.value for m in app.markdown)


def test_bad_hauls_are_named_and_left_out(
    open_app: OpenApp, empty_store: Store
) -> None:
    bad = hauls()
    bad.loc[0, "hauled_kg"] = -5.0
    bad.loc[3, "haul_id"] = "*[odd](name)*"
    bad.loc[3, "fuel_l"] = -1.0
    empty_store.hauls.add(bad)
    app = open_app("efficiency")
    assert not app.exception
    (warning,) = [w.value for w in app.warning]
    assert "2 hauls are left out" in warning
    assert "Ahi-0" in warning
    assert r"\*\[odd\](name)\*" in warning
    assert app.metric[0].value == "5.17"  # the last four weeks hold neither


def test_only_bad_hauls_are_an_empty_page_that_names_them(
    open_app: OpenApp, empty_store: Store
) -> None:
    empty_store.hauls.add(hauls().assign(hours=-1.0))
    app = open_app("efficiency")
    assert not app.exception
    assert "16 hauls are left out" in app.warning[0].value
    assert "and 11 more" in app.warning[0].value
    assert not app.metric


def test_store_that_cannot_be_read_is_told_in_words(
    open_app: OpenApp, data_dir: Path
) -> None:
    (data_dir / "gyre.db").write_bytes(b"no database" * 1000)
    app = open_app("efficiency")
    assert not app.exception
    assert "Next:" in app.error[0].value


def test_examples_in_the_words_hold() -> None:
    assert doctest.testmod(words).failed == 0
