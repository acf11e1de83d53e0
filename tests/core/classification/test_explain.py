import subprocess
import sys

import numpy as np
import pytest

from core.classification.explain import colour_scale, explain_photo
from core.errors import InputError

PHOTO = np.full((60, 90, 3), 100, dtype=np.uint8)


def activation(rows=4, columns=4, at=(0, 0), value=3.0):
    out = np.full((rows, columns, 2), -1.0, dtype=np.float32)
    out[(*at, 1)] = value
    return out


def test_the_colour_lies_where_the_network_looked_and_nowhere_else():
    overlay = explain_photo(PHOTO, activation(at=(3, 3)), 1)
    assert overlay.pixels.shape == PHOTO.shape
    np.testing.assert_array_equal(overlay.pixels[:20, :30], 100)
    changed = np.abs(overlay.pixels.astype(int) - 100).max(axis=2)
    assert changed[-6:, -6:].min() > 60
    assert (overlay.low, overlay.high) == (0.0, 3.0)


def test_the_photo_stays_visible_under_the_strongest_colour():
    dark = explain_photo(np.zeros((8, 8, 3), np.uint8), np.ones((2, 2, 1)), 0)
    bright = explain_photo(np.full((8, 8, 3), 255, np.uint8), np.ones((2, 2, 1)), 0)
    apart = bright.pixels.astype(int) - dark.pixels
    assert apart.min() >= 80


def test_what_speaks_against_leaves_the_photo_as_it_is():
    overlay = explain_photo(PHOTO, activation(), 0)
    np.testing.assert_array_equal(overlay.pixels, PHOTO)
    assert overlay.high == 0.0


def test_the_scale_runs_from_dark_blue_to_yellow_and_grows_brighter():
    scale = colour_scale(64, 3)
    assert scale.shape == (3, 64, 3)
    assert scale[0, 0].tolist() == [0, 34, 78]
    assert scale[0, -1].tolist() == [254, 232, 56]
    brightness = scale[0] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(brightness) > 0).all()


@pytest.mark.parametrize(
    ("photo", "found", "category"),
    [
        (PHOTO.astype(np.float32), activation(), 0),
        (PHOTO[..., 0], activation(), 0),
        (PHOTO, activation()[0], 0),
        (PHOTO, activation(), 2),
        (PHOTO, activation(), -1),
        (PHOTO, activation(value=np.nan), 1),
        (PHOTO, np.zeros((0, 4, 2)), 1),
    ],
)
def test_what_cannot_be_drawn_is_refused(photo, found, category):
    with pytest.raises(InputError):
        explain_photo(photo, found, category)


def test_drawing_never_imports_a_plotting_package():
    code = (
        "import sys, numpy as np\n"
        "from core.classification.explain import explain_photo\n"
        "explain_photo(np.zeros((9, 9, 3), np.uint8), np.ones((2, 2, 3)), 1)\n"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
