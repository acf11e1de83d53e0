import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InputError
from core.mlops.training.boxes import (
    Box,
    context_window,
    empty_window,
    read_box_crops,
)
from core.mlops.training.data import (
    PhotoSet,
    group_weights,
    painted_photo_set,
    part_of_scenes,
    read_photo_folder,
    scenes_of,
)


def png(colour, size=(100, 80)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", quality=95)
    return out.getvalue()


def test_photos_are_read_with_label_source_and_name(tmp_path):
    for name in ("b/boat_1.jpg", "a/beach_12.jpg", "a/broken_1.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"" if "broken" in name else png("red"))
    photos = read_photo_folder(tmp_path, ("a", "b"))
    assert photos.labels.tolist() == [0, 1]
    assert photos.sources == ("beach", "boat")
    assert photos.names == ("a/beach_12.jpg", "b/boat_1.jpg")
    with pytest.raises(InputError):
        read_photo_folder(tmp_path, ("c",))


def test_painted_photos_carry_their_own_source_and_never_share_a_seed():
    seen = []

    def paint(kind, *, seed, size_px):
        seen.append((kind, seed))
        return np.zeros((size_px, size_px, 3), np.uint8)

    photos = painted_photo_set(
        paint, {"can": "b", "net": "a"}, ("a", "b"), n_per_kind=2, first_seed=5
    )
    assert seen == [("can", 5), ("can", 6), ("net", 5), ("net", 6)]
    assert photos.labels.tolist() == [1, 1, 0, 0]
    assert set(photos.sources) == {"simulated"}


def test_a_group_is_drawn_by_the_power_of_its_size():
    # Two groups of 4 and 16 photos: at balance 0.5 their shares are as 2 to 4.
    labels = np.array([0] * 4 + [1] * 16)
    weights = group_weights(labels, ["s"] * 20, balance=0.5, simulated_share=0.3)
    assert weights[:4].sum() / weights[4:].sum() == pytest.approx(0.5)
    assert weights.sum() == pytest.approx(1)


def test_simulated_photos_get_their_share_whatever_their_number():
    labels = np.zeros(12, dtype=int)
    sources = ["boat"] * 2 + ["simulated"] * 10
    weights = group_weights(labels, sources, balance=1.0, simulated_share=0.25)
    assert weights[2:].sum() == pytest.approx(0.25)


def test_sets_add_up():
    one = PhotoSet.of([(np.zeros((2, 2, 3), np.uint8), 1, "s", "n")])
    two = one + one
    assert len(two) == 2
    assert two.labels.tolist() == [1, 1]


@given(
    st.floats(0, 150),
    st.floats(0, 90),
    st.floats(1, 50),
    st.floats(1, 30),
    st.floats(1, 4),
    st.integers(1, 300),
)
def test_a_window_lies_in_the_picture_and_holds_its_box(x, y, w, h, context, least):
    box = Box(x, y, x + w, y + h)
    window = context_window(
        box, width=200, height=120, context=context, min_side_px=least
    )
    assert 0 <= window.left <= box.left
    assert box.right <= window.right <= 200
    assert 0 <= window.top <= box.top
    assert box.bottom <= window.bottom <= 120


def test_an_empty_window_meets_no_box_and_a_full_picture_has_none():
    rng = np.random.default_rng(0)
    boxes = [Box(0, 0, 60, 60)]
    for _ in range(20):
        window = empty_window(boxes, rng, width=200, height=120)
        assert window is not None
        assert not window.meets(boxes[0])
    full = [Box(10, 10, 190, 110)]
    assert empty_window(full, rng, width=200, height=120) is None


def test_crops_show_one_label_only_and_keep_the_split(tmp_path):
    (tmp_path / "train").mkdir()
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / "train" / name).write_bytes(png("blue", (600, 200)))
    (tmp_path / "boxes.csv").write_text(
        "file,xmin,ymin,xmax,ymax,label,source,sublabel,split\n"
        "train/one.jpg,10,10,50,50,a,boat,,train\n"
        "train/one.jpg,500,20,560,60,b,boat,,train\n"
        "train/two.jpg,10,10,50,50,a,boat,,train\n"
        "train/two.jpg,60,20,90,60,other,boat,,train\n"
        "val/gone.jpg,10,10,50,50,a,boat,,val\n"
    )
    crops = read_box_crops(tmp_path, ("a", "b"))
    # The second picture's box is too near to a box of unknown label.
    assert [name.split("#")[0] for name in crops.names] == ["train/one.jpg"] * 2
    assert crops.labels.tolist() == [0, 1]
    assert all(min(photo.shape[:2]) >= 130 for photo in crops.photos)


def test_balancing_by_scene_takes_the_weight_off_an_object_filmed_often():
    labels = np.array([0] * 9 + [0])
    weights = group_weights(
        labels,
        ["dive"] * 10,
        balance=0.5,
        simulated_share=0.0,
        groups=["often"] * 9 + ["once"],
    )
    # Nine photos weigh three times one, not nine times.
    assert weights[:9].sum() / weights[9] == pytest.approx(3.0)


def test_scenes_come_from_the_manifest_and_else_are_the_source(tmp_path):
    photo = np.zeros((4, 4, 3), dtype=np.uint8)
    photos = PhotoSet.of(
        [(photo, 0, "dive", "metal/dive_1.jpg"), (photo, 0, "dive", "metal/dive_2.jpg")]
    )
    assert scenes_of(photos, tmp_path, "train") == ("dive", "dive")
    (tmp_path / "manifest.csv").write_text(
        "split,file,scene_group\n"
        "train,train/metal/dive_1.jpg,dive:7\n"
        "val,val/metal/dive_2.jpg,dive:8\n",
        encoding="utf-8",
    )
    assert scenes_of(photos, tmp_path, "train") == ("dive:7", "dive")


def test_part_of_the_scenes_keeps_whole_scenes_and_every_render():
    scenes = [f"s{i // 3}" for i in range(30)] + ["simulated"] * 4
    photo = np.zeros((2, 2, 3), dtype=np.uint8)
    photos = PhotoSet.of(
        (photo, 0, "simulated" if scene == "simulated" else "boat", str(i))
        for i, scene in enumerate(scenes)
    )
    half = part_of_scenes(photos, scenes, 0.5, seed=1)
    kept = {scene for scene, keep in zip(scenes, half, strict=True) if keep}
    assert len(kept - {"simulated"}) == 5
    assert half.sum() == 5 * 3 + 4
    assert len(photos.where(half)) == 19
    fifth = part_of_scenes(photos, scenes, 0.2, seed=1)
    assert not (fifth & ~half).any(), "a smaller share is part of a larger one"
