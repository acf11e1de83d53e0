"""Scores of a network in training, through the code that predicts later."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.detection.boxes import candidates, demote_second_categories, suppress
from core.detection.records import Detection
from core.mlops.box_evaluation import average_precision
from core.mlops.box_matching import PictureBoxes, TrueBox, match
from core.mlops.training.detector.data import BoxPicture
from core.mlops.training.detector.network import with_final_outputs
from core.mlops.training.detector.views import fit_to_canvas

__all__ = ["find_boxes", "quick_scores", "true_boxes"]

_FLOOR, _MOST = 0.02, 300
_NMS_IOU, _MERGE_IOU, _SECOND = 0.6, 0.7, 0.5


def true_boxes(picture: BoxPicture, categories: Sequence[str]) -> list[TrueBox]:
    """Labelled boxes in the form that is scored."""
    return [
        TrueBox(
            categories[label],
            (left, top, right - left, bottom - top),
        )
        for (left, top, right, bottom), label in zip(
            picture.boxes.astype(float).tolist(), picture.labels.tolist(), strict=True
        )
    ]


def find_boxes(
    network: Any,
    pictures: Sequence[BoxPicture],
    categories: Sequence[str],
    side_px: int,
    *,
    batch_size: int = 16,
) -> list[PictureBoxes]:
    """Run a network in training on pictures, one pass each, without tiles.

    Parameters
    ----------
    network : keras.Model
        From `build_detector`.
    pictures : sequence of BoxPicture
        To look at.
    categories : sequence of str
        Order of the network's categories.
    side_px : int
        Side of the canvas.
    batch_size : int, default 16
        Pictures at once.
    """
    import tensorflow as tf

    final = with_final_outputs(network, side_px)
    run = tf.function(lambda pixels: final(pixels, training=False))
    result = []
    for start in range(0, len(pictures), batch_size):
        part = pictures[start : start + batch_size]
        fitted = [fit_to_canvas(picture.pixels, side_px) for picture in part]
        canvas = np.zeros((batch_size, side_px, side_px, 3), np.float32)
        canvas[: len(part)] = np.stack([pixels for pixels, _ in fitted])
        outputs = {name: value.numpy() for name, value in run(canvas).items()}
        for k, picture in enumerate(part):
            found = candidates(
                outputs["boxes"][k],
                outputs["scores"][k],
                floor=_FLOOR,
                max_boxes=_MOST,
            )
            found = suppress(found, iou=_NMS_IOU)
            found = demote_second_categories(found, iou=_MERGE_IOU, weight=_SECOND)
            height, width = picture.pixels.shape[:2]
            corners = found.corners.astype(float) / fitted[k][1]
            corners = np.clip(corners, 0, (width, height, width, height))
            result.append(
                PictureBoxes(
                    picture.source,
                    true_boxes(picture, categories),
                    [
                        Detection(
                            category=categories[label],
                            x_px=left,
                            y_px=top,
                            w_px=right - left,
                            h_px=bottom - top,
                            score=min(float(score), 1.0),
                        )
                        for (left, top, right, bottom), label, score in zip(
                            corners.tolist(), found.labels, found.scores, strict=True
                        )
                        if right > left and bottom > top
                    ],
                )
            )
    return result


def quick_scores(found: Sequence[PictureBoxes]) -> dict[str, float]:
    """``ap50_any`` and ``map50``, without intervals."""
    present = sorted({box.category for one in found for box in one.true})
    half = (0.5,)
    each = [average_precision(match(found, code, thresholds=half)) for code in present]
    return {
        "ap50_any": round(average_precision(match(found, None, thresholds=half)), 4),
        "map50": round(float(np.mean(each)) if each else 0.0, 4),
    }
