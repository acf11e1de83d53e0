"""Batches of views, padded to fixed shapes and made ahead in a thread."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.mlops.training.detector.views import View, ViewMaker

__all__ = ["Batch", "padded", "stream"]

#: Most objects of one view that count, and most unjudged rectangles (mosaic tiles).
MOST_OBJECTS = 32
_MOST_UNJUDGED = 4
_AHEAD = 3


class Batch(NamedTuple):
    """Arrays of fixed shape; see `core.mlops.training.detector.losses`."""

    pixels: npt.NDArray[np.float32]
    truth: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int32]
    is_placed: npt.NDArray[np.bool_]
    exists: npt.NDArray[np.bool_]
    unjudged: npt.NDArray[np.float32]


def padded(views: Sequence[View]) -> Batch:
    """Join views; of more than 32 objects in one, the largest stay."""
    n, side = len(views), views[0].pixels.shape[0]
    batch = Batch(
        np.stack([view.pixels for view in views]).astype(np.float32),
        np.zeros((n, MOST_OBJECTS, 4), np.float32),
        np.zeros((n, MOST_OBJECTS), np.int32),
        np.zeros((n, MOST_OBJECTS), np.bool_),
        np.zeros((n, MOST_OBJECTS), np.bool_),
        np.zeros((n, _MOST_UNJUDGED, 4), np.float32),
    )
    # Padding is a sound rectangle, so that no loss divides by nothing.
    batch.truth[..., 2:] = side
    for k, view in enumerate(views):
        areas = np.prod(view.boxes[:, 2:] - view.boxes[:, :2], axis=1)
        kept = np.argsort(-areas, kind="stable")[:MOST_OBJECTS]
        batch.truth[k, : len(kept)] = view.boxes[kept]
        batch.labels[k, : len(kept)] = view.labels[kept]
        batch.is_placed[k, : len(kept)] = view.is_placed[kept]
        batch.exists[k, : len(kept)] = True
        rectangles = view.unjudged[:_MOST_UNJUDGED]
        batch.unjudged[k, : len(rectangles)] = rectangles
    return batch


def stream(maker: ViewMaker, epoch: int) -> Iterator[Batch]:
    """Yield one epoch's batches in order, some made ahead."""
    size, n = maker.config.batch_size, maker.config.steps_per_epoch

    def make(step: int) -> Batch:
        return padded([maker.view(epoch, step * size + k) for k in range(size)])

    with ThreadPoolExecutor(1) as pool:
        waiting: list[Future[Batch]] = []
        for step in range(n):
            while len(waiting) < _AHEAD and step + len(waiting) < n:
                waiting.append(pool.submit(make, step + len(waiting)))
            yield waiting.pop(0).result()
