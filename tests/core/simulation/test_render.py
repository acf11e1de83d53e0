"""Rules of the painted photos; that they look right is judged by eye."""

from itertools import combinations

import numpy as np
import pytest

from core.errors import InputError
from core.simulation import RENDER_KINDS, render_photo

KINDS = tuple(RENDER_KINDS)


def test_kinds_and_their_categories_are_those_agreed() -> None:
    assert dict(RENDER_KINDS) == {
        "bottle": "plastic",
        "bag": "plastic",
        "net": "fishing_gear",
        "can": "metal",
        "driftwood": "wood",
        "seaweed": "biota",
        "empty": "clean",
    }


def test_mapping_of_kinds_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        RENDER_KINDS["tyre"] = "rubber"  # type: ignore[index]


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_gives_the_same_photo(kind: str) -> None:
    assert np.array_equal(
        render_photo(kind, seed=3, size_px=96), render_photo(kind, seed=3, size_px=96)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_other_seeds_give_other_photos(kind: str) -> None:
    photos = [render_photo(kind, seed=seed, size_px=64) for seed in range(3)]
    for one, other in combinations(photos, 2):
        assert one.shape != other.shape or np.mean(one != other) > 0.5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size_px", [32, 97, 320])
def test_photo_is_rgb_bytes_with_the_longer_side_asked_for(
    kind: str, size_px: int
) -> None:
    photo = render_photo(kind, seed=11, size_px=size_px)
    assert photo.dtype == np.uint8
    assert photo.ndim == 3
    assert photo.shape[2] == 3
    assert max(photo.shape[:2]) == size_px
    assert min(photo.shape[:2]) >= 0.74 * size_px


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "empty"])
def test_an_object_changes_the_picture_more_than_water_does(kind: str) -> None:
    """Colours of a photo with an object spread wider than those of open water."""

    def spread(of: str, seed: int) -> float:
        photo = render_photo(of, seed=seed, size_px=96).astype(float)
        hue = photo[..., 0] - photo[..., 2]  # water is bluish, most objects are not
        return float(np.quantile(hue, 0.99) - np.quantile(hue, 0.5))

    with_object = np.median([spread(kind, seed) for seed in range(8)])
    without = np.median([spread("empty", seed) for seed in range(8)])
    assert with_object > without


@pytest.mark.parametrize("kind", KINDS)
def test_photo_is_neither_black_nor_burnt_out(kind: str) -> None:
    for seed in range(5):
        mean = render_photo(kind, seed=seed, size_px=64).mean()
        assert 15 < mean < 240


def test_unknown_kind_is_named_with_those_known() -> None:
    with pytest.raises(InputError, match=r"'tyre'.*bottle.*empty"):
        render_photo("tyre", seed=0)


@pytest.mark.parametrize("size_px", [0, 31, 2049])
def test_size_out_of_range_is_refused(size_px: int) -> None:
    with pytest.raises(InputError, match=str(size_px)):
        render_photo("can", seed=0, size_px=size_px)


def test_negative_seed_is_refused() -> None:
    with pytest.raises(InputError, match="seed -1"):
        render_photo("can", seed=-1)
