"""Which pictures belong together, and how scenes are shared out."""

import io
import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.mlops.preparation.balance import balance_findings, entanglement
from core.mlops.preparation.items import check_pictures, label_meanings
from core.mlops.preparation.labels import LabelMap
from core.mlops.preparation.layouts import read_set
from core.mlops.preparation.near import Groups
from core.mlops.preparation.pictures import LookBook
from core.mlops.preparation.scenes import find_scenes, scene_pattern
from core.mlops.preparation.split import split_scenes


def scenes_of(root, **options):
    found = read_set(root)
    meanings = label_meanings(found, LabelMap())
    items = check_pictures(found, meanings, LookBook(None), min_side_px=16)
    scenes = find_scenes(items, **options)
    grouped: dict[int, set[str]] = {}
    for item, scene in zip(items, scenes.of, strict=True):
        grouped.setdefault(scene, set()).add(item.sourced.path.name)
    return sorted(map(sorted, grouped.values())), scenes


def test_groups_join_through_others():
    groups = Groups(5)
    assert groups.join(4, 3) and groups.join(3, 1)
    assert not groups.join(1, 4)
    assert [groups.find(k) for k in range(5)] == [0, 1, 2, 1, 1]


def test_a_manifest_names_scenes(folder_set):
    grouped, scenes = scenes_of(folder_set.root)
    assert len(grouped) == 30
    assert scenes.names[:2] == ("glass-0", "glass-5")  # 0.jpg, 1.jpg, 10.jpg, …
    assert scenes.joined_by["named"] == 30


def test_names_of_copies_and_frames_tell_scenes(make):
    for k, name in enumerate(
        [
            "a_jpg.rf.0123456789abcdef0123456789abcdef.jpg",
            "a_jpg.rf.fedcba9876543210fedcba9876543210.jpg",
            "vid_000154_frame0000028.jpg",
            "vid_000154_frame0000128.jpg",
            "vid_000155_frame0000028.jpg",
            "IMG_0001.jpg",
            "IMG_0002.jpg",
        ]
    ):
        make.put(f"plastic/{name}", k)
    grouped, _ = scenes_of(make.root)
    assert [len(group) for group in grouped] == [1, 1, 2, 2, 1]


def test_a_person_may_give_a_pattern(make):
    for k in range(4):
        make.put(f"plastic/dive{k // 2}_{k}.jpg", k)
    grouped, _ = scenes_of(make.root, pattern=scene_pattern(r"^(dive\d+)_"))
    assert [len(group) for group in grouped] == [2, 2]
    for bad in ("(", "dive"):
        with pytest.raises(InputError, match="pattern"):
            scene_pattern(bad)


def test_pictures_taken_together_are_one_scene(make):
    for k, second in enumerate((0, 4, 9, 40)):
        exif = Image.Exif()
        exif[0x8769] = {0x9003: f"2024:05:01 12:00:{second:02}", 0x9011: "+00:00"}
        make.put(f"plastic/{k}.jpg", k, exif=exif)
    grouped, scenes = scenes_of(make.root)
    assert grouped == [["0.jpg", "1.jpg", "2.jpg"], ["3.jpg"]]
    assert scenes.joined_by["time"] == 2
    assert len(scenes_of(make.root, gap_s=0)[0]) == 4


def changed(data, how):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    out = io.BytesIO()
    if how == "smaller":
        image = image.resize((96, 72))
    elif how == "brighter":
        image = image.point(lambda v: min(255, round(v * 1.15)))
    elif how == "cut":
        image = image.crop((3, 2, image.width - 2, image.height - 2))
    elif how == "shifted":
        image = image.transform(image.size, Image.Transform.AFFINE, (1, 0, 2, 0, 1, 1))
    image.save(out, "JPEG", quality=60)
    return out.getvalue()


def test_changed_copies_look_alike_and_others_do_not(make):
    for k in range(20):
        make.put(f"plastic/{k}.jpg", k, size=(128, 96))
    for k, how in enumerate(("again", "smaller", "brighter", "cut", "shifted")):
        data = (make.root / f"plastic/{k}.jpg").read_bytes()
        make.write(f"metal/{k}-{how}.jpg", changed(data, how))
    grouped, scenes = scenes_of(make.root)
    assert len(scenes.near) == 5
    assert [len(group) for group in grouped if len(group) > 1] == [2] * 5


def test_empty_water_under_one_lamp_is_not_alike(make):
    y, x = np.mgrid[0:96, 0:128]
    for k in range(6):
        rng = np.random.default_rng(k)
        light = 90 - 0.5 * y + 0.2 * x + rng.normal(0, 3, (96, 128))
        rgb = np.stack([light * 0.6, light, light * 1.1], axis=-1)
        out = io.BytesIO()
        Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).save(out, "JPEG")
        make.write(f"clean/{k}.jpg", out.getvalue())
    assert not scenes_of(make.root)[1].near


def test_a_film_of_one_thing_is_one_scene_and_not_a_square_of_pairs(make):
    data = make.put("plastic/first.jpg", 5, size=(128, 96)).read_bytes()
    for k in range(60):
        make.write(f"plastic/{k}.jpg", data + bytes([k]))  # other bytes, same picture
    grouped, scenes = scenes_of(make.root)
    assert len(grouped) == 1 and len(grouped[0]) == 61
    assert 60 <= len(scenes.near) <= 20 * 61


def random_set(seed, *, n_scenes=120):
    rng = np.random.default_rng(seed)
    scene_of, classes, sources = [], [], []
    for scene in range(n_scenes):
        source = f"s{rng.integers(3)}"
        for _ in range(int(rng.integers(1, 9))):
            scene_of.append(scene)
            classes.append(Counter([f"c{min(rng.geometric(0.4), 6)}"]))
            sources.append(source)
    return scene_of, classes, sources


@pytest.mark.parametrize("seed", range(4))
def test_every_class_gets_its_share_and_no_scene_is_torn(seed):
    scene_of, classes, sources = random_set(seed)
    chosen = split_scenes(scene_of, classes, sources, validation_share=0.2, seed=seed)
    assert chosen.shape == (120,)  # one side a scene: it cannot be torn
    in_val = [chosen[scene] for scene in scene_of]
    for name in {n for c in classes for n in c}:
        mine = [v for v, c in zip(in_val, classes, strict=True) if name in c]
        assert abs(np.mean(mine) - 0.2) <= max(0.02, 1.5 / len(mine))
    again = split_scenes(scene_of, classes, sources, validation_share=0.2, seed=seed)
    assert (again == chosen).all()


def test_the_split_beats_chance():
    """Against the best of 200 random splits by the same measure."""
    scene_of, classes, sources = random_set(9)

    def worst(chosen):
        in_val = [chosen[scene] for scene in scene_of]
        shares = [
            np.mean([v for v, c in zip(in_val, classes, strict=True) if name in c])
            for name in {n for c in classes for n in c}
        ]
        return max(abs(share - 0.15) for share in shares)

    rng = np.random.default_rng(0)
    by_chance = min(worst(rng.random(120) < 0.15) for _ in range(200))
    ours = split_scenes(scene_of, classes, sources, validation_share=0.15, seed=0)
    assert worst(ours) < by_chance


def test_a_class_of_one_scene_is_trained_on_and_of_two_is_on_both_sides():
    scene_of = [0, 0, 1, 2, 3, 4]
    classes = [Counter([c]) for c in "aabbcc"]
    for seed in range(5):
        chosen = split_scenes(
            scene_of, classes, ["s"] * 6, validation_share=0.15, seed=seed
        )
        assert not chosen[0]
        assert chosen[1:3].sum() == 1 and chosen[3:].sum() == 1


def test_nothing_and_a_bad_share():
    assert split_scenes([], [], [], validation_share=0.5, seed=0).shape == (0,)
    with pytest.raises(InputError, match="outside"):
        split_scenes([0], [Counter("a")], ["s"], validation_share=1.0, seed=0)


def test_mutual_information_of_known_tables():
    """From the definition: 0 where independent, 1 where one names the other."""
    assert entanglement(list("aabb"), list("xyxy"))["nmi"] == 0.0
    assert entanglement(list("aabb"), list("xxyy"))["nmi"] == 1.0
    assert entanglement(list("aaaa"), list("xxyy"))["nmi"] == 0.0
    # 3 of 4 agree on each side: I = 1 - H(1/4) bit, both entropies 1 bit.
    told = entanglement(list("aaaabbbb"), list("xxxyyyyx"))
    assert told["nmi"] == pytest.approx(0.1887, abs=1e-4)
    assert told["source_only_accuracy"] == 0.75
    assert told["majority_accuracy"] == 0.5
    assert told["by_class"]["a"] == {"source": "x", "share": 0.75}


def test_warnings_come_where_the_set_misleads():
    told = entanglement(["a"] * 100 + ["b"] * 5, ["x"] * 100 + ["y"] * 5)
    found = balance_findings(
        told,
        Counter(a=80, b=5),
        Counter(a=20),
        Counter(a=50, b=1),
        Counter(x=100, y=5),
        0.5,
    )
    kinds = Counter(finding.kind for finding in found)
    assert kinds == {
        "entangled": 1,
        "one_source": 2,
        "few": 1,
        "one_scene": 1,
        "imbalance": 1,
        "large_scene": 1,
    }
    assert re.search(r"NMI 1\.00", found[0].reason)
