"""Text stays readable and categories stay apart, in light and dark."""

import tomllib
from itertools import combinations
from math import ceil
from pathlib import Path

import pytest

from core.imagery import Limits
from core.observations import RECORD_CATEGORY_CODES
from dashboard.theme import (
    CATEGORY_STYLES,
    CIVIDIS,
    MAP_COLOURS,
    RAMPS,
    hex_to_rgb,
    scale_colour,
)

CONFIG = tomllib.loads(
    (Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text()
)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in hex_to_rgb(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_links_keep_four_and_a_half_to_one(theme):
    colours = CONFIG["theme"][theme]
    backgrounds = [
        colours["backgroundColor"],
        colours["secondaryBackgroundColor"],
        colours["sidebar"]["backgroundColor"],
        colours["sidebar"]["secondaryBackgroundColor"],
    ]
    for background in backgrounds:
        for text in (colours["textColor"], colours["linkColor"]):
            assert contrast(text, background) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_white_on_a_primary_button_is_readable(theme):
    assert contrast("#FFFFFF", CONFIG["theme"][theme]["primaryColor"]) >= 4.5


def test_every_category_has_a_colour_and_a_symbol_of_its_own():
    assert set(CATEGORY_STYLES) == set(RECORD_CATEGORY_CODES)
    for one, other in combinations(CATEGORY_STYLES.values(), 2):
        assert one.colour != other.colour
        assert one.symbol != other.symbol


def test_density_scale_rises_evenly_in_lightness():
    values = [luminance(colour) for colour in CIVIDIS]
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("theme", "ramp"), [("light", "line_light"), ("dark", "line_dark")]
)
def test_thin_marks_stand_out_from_sea_and_land(theme, ramp):
    # 3:1 is what WCAG 2.1 asks of graphics (success criterion 1.4.11).
    ground = MAP_COLOURS[theme]
    steps = RAMPS[ramp]
    for step in steps:
        for under in (ground.sea, ground.land):
            assert contrast(step, "#{:02x}{:02x}{:02x}".format(*under)) >= 3.0
    over_sea = [
        contrast(step, "#{:02x}{:02x}{:02x}".format(*ground.sea)) for step in steps
    ]
    assert over_sea == sorted(over_sea)


def test_scale_meets_its_ends_and_its_middle():
    assert scale_colour(0.0) == hex_to_rgb(CIVIDIS[0])
    assert scale_colour(1.0) == hex_to_rgb(CIVIDIS[-1])
    assert scale_colour(7.0) == hex_to_rgb(CIVIDIS[-1])
    assert scale_colour(3 / 9) == hex_to_rgb(CIVIDIS[3])


def test_nothing_is_sent_or_served_outside_this_machine():
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["server"]["enableCORS"] is True
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"


def test_every_photo_that_can_be_read_can_be_uploaded():
    # Streamlit counts in MiB; a file just above the limit is refused with a reason.
    assert CONFIG["server"]["maxUploadSize"] == ceil(Limits().max_bytes / 2**20)
