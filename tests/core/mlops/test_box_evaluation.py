import contextlib
import io

import numpy as np
import pytest

from core.detection import Detection
from core.errors import InputError
from core.mlops.box_evaluation import (
    average_precision,
    box_scores,
    resampled_average_precision,
)
from core.mlops.box_matching import (
    IOU_THRESHOLDS,
    Matches,
    PictureBoxes,
    TrueBox,
    match,
)


def true(category, x=0.0, side=10.0):
    return TrueBox(category, (x, 0.0, side, side))


def found(category, score, x=0.0, side=10.0):
    return Detection(
        category=category, x_px=x, y_px=0.0, w_px=side, h_px=side, score=score
    )


def picture(trues=(), founds=(), source="boat"):
    return PictureBoxes(source, tuple(trues), tuple(founds))


def scored(pictures, known=("plastic", "metal"), **options):
    options = {"count_threshold": 0.5, "n_resamples": 50} | options
    return box_scores(pictures, known, **options)


def random_pictures(seed, n=30, categories=("plastic", "metal", "debris_other")):
    """Pictures with shaken copies of their true boxes, and with wrong ones."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        trues, founds = [], []
        for _ in range(rng.integers(0, 5)):
            code = str(rng.choice(categories))
            x, y = rng.uniform(0, 200, 2)
            w, h = rng.uniform(8, 60, 2)
            trues.append(TrueBox(code, (x, y, w, h)))
            if rng.random() < 0.8:
                shake = rng.normal(0, 0.12, 4) * [w, h, w, h]
                code = code if rng.random() < 0.7 else str(rng.choice(categories))
                founds.append((code, x, y, w, h, shake))
        for _ in range(rng.integers(0, 4)):
            x, y, w, h = rng.uniform(5, 80, 4)
            founds.append((str(rng.choice(categories)), x, y, w, h, np.zeros(4)))
        made.append(
            picture(
                trues,
                [
                    Detection(
                        category=code,
                        x_px=x + s[0],
                        y_px=y + s[1],
                        w_px=max(w + s[2], 1.0),
                        h_px=max(h + s[3], 1.0),
                        score=float(rng.random()),
                    )
                    for code, x, y, w, h, s in founds
                ],
                source=f"s{rng.integers(2)}",
            )
        )
    return made


def coco_map(pictures, code, *, thresholds=IOU_THRESHOLDS):
    """AP of a category at each threshold, by pycocotools from start to end."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    sides = [COCO(), COCO()]
    for side, name in zip(sides, ("true", "found"), strict=True):
        rows: list[dict[str, object]] = []
        for number, one in enumerate(pictures):
            for box in getattr(one, name):
                if code not in (None, box.category):
                    continue
                bbox = (
                    list(box.bbox)
                    if name == "true"
                    else [box.x_px, box.y_px, box.w_px, box.h_px]
                )
                row = {
                    "id": len(rows) + 1,
                    "image_id": number,
                    "category_id": 1,
                    "bbox": bbox,
                    "area": bbox[2] * bbox[3],
                    "iscrowd": 0,
                }
                rows.append(row | {"score": getattr(box, "score", 1.0)})
        side.dataset = {
            "images": [{"id": k} for k in range(len(pictures))],
            "categories": [{"id": 1}],
            "annotations": rows,
        }
    with contextlib.redirect_stdout(io.StringIO()):
        for side in sides:
            side.createIndex()
        evaluation = COCOeval(*sides, iouType="bbox")
        evaluation.params.iouThrs = np.array(thresholds)
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"]  # threshold, recall, category, area, most
    return precision[:, :, 0, 0, -1].mean(axis=1)


def test_average_precision_by_hand():
    # Right, wrong, right of three: precision 1 up to recall 1/3 (recalls 0 to 0.33,
    # 34 of 101), 2/3 up to recall 2/3 (33 more), and nothing after.
    pictures = [
        picture([true("plastic", 0)], [found("plastic", 0.9, 0)]),
        picture([true("plastic", 0)], [found("plastic", 0.8, 50)]),
        picture([true("plastic", 0)], [found("plastic", 0.7, 1)]),
    ]
    expected = (34 * 1.0 + 33 * 2 / 3) / 101
    assert average_precision(match(pictures, "plastic")) == pytest.approx(expected)


def test_a_second_box_on_the_same_object_is_wrong():
    pictures = [
        picture(
            [true("plastic", 0), true("plastic", 50)],
            [
                found("plastic", 0.9, 0),
                found("plastic", 0.8, 1),
                found("plastic", 0.7, 50),
            ],
        )
    ]
    matches = match(pictures, "plastic")
    assert matches.is_hit[0].tolist() == [True, False, True]
    expected = (51 * 1.0 + 50 * 2 / 3) / 101
    assert average_precision(matches) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("code", ["plastic", "metal", None])
def test_average_precision_is_that_of_pycocotools(seed, code):
    pictures = random_pictures(seed)
    matches = match(pictures, code)
    ours = [average_precision(matches, threshold=k) for k in range(10)]
    np.testing.assert_allclose(ours, coco_map(pictures, code), atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_a_resample_scores_as_its_pictures_written_out(seed):
    pictures = random_pictures(seed, n=12)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(12, [1 / 12] * 12, 6)
    ours = resampled_average_precision(match(pictures, "plastic"), weights)
    for row, value in zip(weights, ours, strict=True):
        drawn = [one for one, k in zip(pictures, row, strict=True) for _ in range(k)]
        written_out = average_precision(match(drawn, "plastic"))
        assert value == pytest.approx(written_out, abs=1e-12, nan_ok=True)


def test_perfect_boxes_score_one_and_none_score_zero():
    truth = [true("plastic"), true("metal", 40)]
    best = picture(truth, [found("plastic", 0.9), found("metal", 0.8, 40)])
    scores = scored([best])
    for name in ("ap50", "map50", "map50_95", "ap50_any", "map50_named"):
        assert scores[name] == 1.0
        assert scores["intervals"][name] == [1.0, 1.0]
    scores = scored([picture(truth)])
    assert [scores[n] for n in ("ap50", "map50", "map50_95", "ap50_any")] == [0.0] * 4


def test_a_wrong_category_is_right_for_any_only():
    pictures = [picture([true("plastic")], [found("metal", 0.9)])]
    scores = scored(pictures)
    assert scores["ap50_any"] == 1.0
    assert scores["ap50"] == scores["map50"] == 0.0


def test_categories_in_one_ranking_and_their_mean_differ():
    # Three plastics found, one metal missed: 0.75 of the boxes, half the categories.
    plastics = [
        picture([true("plastic")], [found("plastic", 0.9 - k / 10)]) for k in range(3)
    ]
    scores = scored([*plastics, picture([true("metal")])])
    assert scores["map50"] == 0.5
    assert scores["ap50"] == pytest.approx(76 / 101, abs=1e-4)
    assert scores["per_category"]["plastic"]["n_boxes"] == 3
    assert scores["per_category"]["metal"] == {
        "ap50": 0.0,
        "ap50_interval": [0.0, 0.0],
        "ap50_95": 0.0,
        "n_boxes": 1,
        "n_pictures": 1,
    }


def test_boxes_in_pictures_without_any_count_against_the_detector():
    good = picture([true("plastic")], [found("plastic", 0.5)])
    empty = picture([], [found("plastic", 0.9), found("metal", 0.8)])
    scores = scored([good, empty])
    assert scores["n"] == 2
    assert scores["map50"] == 0.5
    assert scores["ap50"] == scores["ap50_any"] == pytest.approx(1 / 3, abs=1e-4)


def test_unknown_debris_counts_as_its_own_category_or_not_at_all():
    pictures = [
        picture([true("plastic")], [found("plastic", 0.6)]),
        # Nobody knows that this is not plastic.
        picture([true("debris_other")], [found("plastic", 0.9)]),
    ]
    scores = scored(pictures, known=("plastic",))
    assert scores["unknown_categories"] == ["debris_other"]
    assert scores["per_category"]["debris_other"]["ap50"] == 0.0
    assert scores["map50"] == pytest.approx((0.5 + 0.0) / 2)
    assert scores["map50_named"] == 1.0
    # A living thing there is wrong whatever the debris is.
    alive = [
        picture([true("biota")], [found("biota", 0.6)]),
        picture([true("debris_other")], [found("biota", 0.9)]),
    ]
    assert scored(alive, known=("biota",))["map50_named"] == 0.5


def test_counts_are_compared_at_the_threshold():
    pictures = [
        picture([true("plastic"), true("metal", 40)], [found("plastic", 0.9)]),
        picture([], [found("metal", 0.6), found("metal", 0.4, 40)]),
    ]
    counts = scored(pictures)["counts"]
    assert counts["threshold"] == 0.5
    assert (counts["true"], counts["found"]) == (2, 2)
    assert counts["mean_absolute_error"] == 1.0
    assert counts["per_category"]["metal"] == {"true": 1, "found": 1}


def test_sources_are_scored_alone():
    pictures = [
        picture([true("plastic")], [found("plastic", 0.9)], source="boat"),
        picture([true("metal")], [], source="beach"),
    ]
    per_source = scored(pictures)["per_source"]
    assert per_source["boat"] == {
        "ap50": 1.0, "map50": 1.0, "ap50_any": 1.0, "n": 1, "n_boxes": 1,
    }  # fmt: skip
    assert per_source["beach"]["map50"] == 0.0


def test_scores_and_intervals_come_out_the_same_again():
    pictures = random_pictures(5)
    first = scored(pictures, known=("plastic", "metal", "debris_other"))
    assert first == scored(pictures, known=("plastic", "metal", "debris_other"))
    for name, (low, high) in first["intervals"].items():
        assert 0 <= low <= first[name] <= high <= 1


def test_nothing_to_score_is_refused():
    with pytest.raises(InputError, match="no true box"):
        scored([picture([], [found("plastic", 0.9)])])
    with pytest.raises(InputError, match="no true box"):
        scored([])


def test_no_true_box_is_no_average_precision():
    empty = match([picture()], "plastic")
    assert np.isnan(average_precision(empty))
    assert isinstance(Matches.pooled([empty, empty]), Matches)
