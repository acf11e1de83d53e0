"""Streaming: seeded, resumable at any batch, and a broken file is named."""

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError, NotFoundError
from core.mlops.training.stream import (
    batches,
    epoch_order,
    list_photos,
    photo_stream,
)

CATEGORIES = ("glass", "metal")


@pytest.fixture
def folder(tmp_path):
    for k in range(10):
        path = tmp_path / f"train/{CATEGORIES[k % 2]}/boat-2_{k:02}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        # The red of each photo tells which it is.
        Image.new("RGB", (40 + k, 30), (20 * k, 100, 50)).save(path, quality=95)
    (tmp_path / "train/boxed").mkdir()
    (tmp_path / "train/boxed/x_1.jpg").write_bytes(b"not read")
    return tmp_path


def gone_through(photos, **options):
    stream = photo_stream(photos, side_px=8, batch_size=3, **options)
    return list(batches(photos, stream))


def test_the_list_has_labels_and_sources(folder):
    photos = list_photos(folder, CATEGORIES)
    assert len(photos) == 10 and set(photos.sources) == {"boat-2"}
    assert photos.labels.tolist() == [0] * 5 + [1] * 5
    with pytest.raises(NotFoundError, match="validation or val"):
        list_photos(folder, CATEGORIES, split="validation")
    with pytest.raises(InputError, match="neither"):
        list_photos(folder, CATEGORIES, split="test")
    with pytest.raises(InputError, match="no photo"):
        list_photos(folder, ("wood",))
    (folder / "val/glass").mkdir(parents=True)
    with pytest.raises(InputError, match="no photo"):
        list_photos(folder, CATEGORIES, split="validation")


def test_an_epoch_sees_every_photo_once_in_an_order_of_its_own():
    orders = [epoch_order(50, seed=1, epoch=k) for k in (0, 1, 0)]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert (orders[0] == orders[2]).all() and (orders[0] != orders[1]).any()


def test_chances_decide_how_often_a_photo_is_drawn():
    chances = np.array([0.7, 0.3, 0.0])
    order = epoch_order(3, seed=1, epoch=0, chances=chances, n_drawn=4000)
    shares = np.bincount(order, minlength=3) / 4000
    # Within five standard errors of the binomial.
    assert np.abs(shares - chances).max() < 5 * np.sqrt(0.21 / 4000)


def test_pixels_labels_and_indices_belong_together(folder):
    photos = list_photos(folder, CATEGORIES)
    seen = gone_through(photos, seed=4)
    assert [len(labels) for _, labels, _ in seen] == [3, 3, 3, 1]
    for pixels, labels, indices in seen:
        assert pixels.shape[1:] == (8, 8, 3) and pixels.dtype == np.float32
        for x, label, index in zip(pixels, labels, indices, strict=True):
            number = int(photos.paths[index][-6:-4])
            assert abs(x[..., 0].mean() - 20 * number) < 6
            assert label == number % 2 == photos.labels[index]


def test_without_a_seed_photos_come_as_listed(folder):
    photos = list_photos(folder, CATEGORIES)
    indices = np.concatenate([i for _, _, i in gone_through(photos)])
    assert indices.tolist() == list(range(10))


@pytest.mark.parametrize("first_batch", [0, 2, 3])
def test_a_resumed_stream_sees_what_the_whole_one_saw(folder, first_batch):
    from core.mlops.training.augment import squash
    from core.mlops.training.sea_views import sea_view

    def view(pixels, seed):
        return sea_view(squash(pixels, 8), seed, strength=1.0)

    photos = list_photos(folder, CATEGORIES)
    whole = gone_through(photos, seed=4, epoch=2, view=view)
    rest = gone_through(photos, seed=4, epoch=2, first_batch=first_batch, view=view)
    assert len(rest) == 4 - first_batch
    for a, b in zip(whole[first_batch:], rest, strict=True):
        assert all((x == y).all() for x, y in zip(a, b, strict=True))


def test_a_broken_or_missing_file_is_named(folder):
    photos = list_photos(folder, CATEGORIES)
    (folder / "train/metal/boat-2_03.jpg").write_bytes(b"\xff\xd8\xffbroken")
    with pytest.raises(InputError, match=r"boat-2_03\.jpg.*prepare the set again"):
        gone_through(photos)
    (folder / "train/glass/boat-2_00.jpg").unlink()
    with pytest.raises(InputError, match=r"boat-2_00\.jpg"):
        gone_through(photos)


def test_senseless_sizes_are_refused(folder):
    photos = list_photos(folder, CATEGORIES)
    for side_px, batch_size in ((0, 1), (8, 0)):
        with pytest.raises(InputError, match="positive"):
            photo_stream(photos, side_px=side_px, batch_size=batch_size)
    with pytest.raises(InputError, match="not negative"):
        photo_stream(photos, side_px=8, batch_size=1, epoch=-1)
