"""Photos streamed from a prepared folder: seeded, resumable, in bounded memory.

Only file names are held. The order of an epoch is drawn from the seed and the epoch
before the first file is opened, so there is no shuffle buffer, every photo is seen
where it was drawn, and a run can begin at any batch of any epoch and see exactly what
an uninterrupted one would have seen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ImageError, InputError, NotFoundError

__all__ = ["PhotoList", "batches", "list_photos", "photo_stream"]

_SPLITS = {"train": ("train",), "validation": ("validation", "val")}
_AHEAD = 2


@dataclass(frozen=True)
class PhotoList:
    """Photos of one side of a prepared set, not opened yet.

    Parameters
    ----------
    paths : tuple of str
        JPEG files.
    labels : ndarray of int, shape (n,)
        Index into the categories.
    sources : tuple of str
        Where each comes from, the file name's prefix.
    """

    paths: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.paths)


def list_photos(
    folder: Path, categories: Sequence[str], *, split: str = "train"
) -> PhotoList:
    """List ``<split>/<category>/<source>_<n>.jpg`` below a folder, sorted.

    Parameters
    ----------
    folder : Path
        ``processed`` of a prepared set, or a set of the same layout.
    categories : sequence of str
        The model's categories; other folders are passed over.
    split : str, default "train"
        ``train`` or ``validation`` (also found as ``val``).

    Raises
    ------
    NotFoundError
        If the folder has no such side.
    InputError
        If no photo lies there.
    """
    if split not in _SPLITS:
        raise InputError(f"split {split!r} is neither train nor validation")
    sides = [folder / name for name in _SPLITS[split] if (folder / name).is_dir()]
    if not sides:
        raise NotFoundError(f"{folder} has no folder {' or '.join(_SPLITS[split])}")
    rows = [
        (str(path), label, path.stem.rpartition("_")[0] or "unknown")
        for label, category in enumerate(categories)
        for path in sorted((sides[0] / category).glob("*.jpg"))
        if not path.name.startswith(".")
    ]
    if not rows:
        raise InputError(f"no photo <category>/<source>_<n>.jpg in {sides[0]}")
    paths, labels, sources = zip(*rows, strict=True)
    return PhotoList(paths, np.array(labels, dtype=np.int64), sources)


def epoch_order(
    n: int,
    *,
    seed: int,
    epoch: int,
    chances: npt.NDArray[np.float64] | None = None,
    n_drawn: int | None = None,
) -> npt.NDArray[np.int64]:
    """Order in which an epoch sees the photos.

    Parameters
    ----------
    n : int
        How many photos there are.
    seed, epoch : int
        Decide the order.
    chances : ndarray of float, shape (n,), optional
        Draw with replacement, each photo with its chance; otherwise every photo comes
        once.
    n_drawn : int, optional
        How many to draw; as many as there are if not given.
    """
    rng = np.random.default_rng([seed, epoch])
    if chances is None:
        return rng.permutation(n)[:n_drawn]
    return rng.choice(n, size=n_drawn or n, p=chances)


def photo_stream(
    photos: PhotoList,
    *,
    side_px: int,
    batch_size: int,
    seed: int | None = None,
    epoch: int = 0,
    first_batch: int = 0,
    chances: npt.NDArray[np.float64] | None = None,
    n_drawn: int | None = None,
    view: Callable[[Any, Any], Any] | None = None,
    n_threads: int = 2,
) -> Any:
    """Open a stream of batches.

    Parameters
    ----------
    photos : PhotoList
        What to read.
    side_px : int
        Photos are resized to squares of this side, unless ``view`` does.
    batch_size : int
        Photos a batch; the last may be smaller.
    seed : int, optional
        Order and views; without it photos come once, as listed.
    epoch, first_batch : int
        Where to begin.
    chances, n_drawn
        As in `epoch_order`.
    view : callable, optional
        ``view(pixels, seed)`` turns decoded pixels (uint8, any size) and a seed of
        shape (2,) into float32 of shape (side_px, side_px, 3), in TensorFlow
        operations; such as `core.mlops.training.sea_views.sea_view` after a resize.
    n_threads : int, default 2
        Photos decoded at the same time.

    Returns
    -------
    tf.data.Dataset
        Of pixels (b, side_px, side_px, 3) float32 from 0 to 255, labels (b,) int64
        and indices into the list (b,) int64. At most ``n_threads`` photos and a few
        batches are in memory.

    Raises
    ------
    InputError
        If a size is not positive.
    """
    import tensorflow as tf

    if min(side_px, batch_size, n_threads) < 1 or min(epoch, first_batch) < 0:
        raise InputError(
            "side_px, batch_size and n_threads must be positive, epoch and first_batch "
            f"not negative; got {side_px}, {batch_size}, {n_threads}, {epoch}, "
            f"{first_batch}"
        )
    if seed is None:
        order = np.arange(len(photos))
    else:
        order = epoch_order(
            len(photos), seed=seed, epoch=epoch, chances=chances, n_drawn=n_drawn
        )
    start = first_batch * batch_size
    # Folded so that no photo of any epoch shares its seed with another.
    keys = np.array([[(seed or 0) + 7919 * epoch, k] for k in range(len(order))])
    keys = keys.reshape(-1, 2).astype(np.int32)

    def read(path: Any, label: Any, index: Any, key: Any) -> tuple[Any, Any, Any]:
        pixels = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        if view is not None:
            x = view(pixels, key)
        else:
            x = tf.image.resize(pixels, (side_px, side_px), antialias=True)
        x = tf.ensure_shape(tf.cast(x, tf.float32), (side_px, side_px, 3))
        return x, label, index

    at = order[start:]
    names = tf.constant([photos.paths[k] for k in at.tolist()], dtype=tf.string)
    rows = tf.data.Dataset.from_tensor_slices(
        (names, photos.labels[at], at.astype(np.int64), keys[start:])
    )
    rows = rows.map(read, num_parallel_calls=n_threads, deterministic=True)
    return rows.batch(batch_size).prefetch(_AHEAD)


def batches(
    photos: PhotoList, stream: Any
) -> Iterator[
    tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.int64]]
]:
    """Go through a stream; a file that breaks it is named.

    Raises
    ------
    InputError
        If a file is gone or damaged; the first that is found is named.
    """
    import tensorflow as tf

    try:
        yield from stream.as_numpy_iterator()
    except (tf.errors.InvalidArgumentError, tf.errors.NotFoundError) as error:
        name, reason = _first_broken(photos)
        if not name:
            raise InputError(f"the stream broke: {error.message}") from error
        raise InputError(f"{name}: {reason}; prepare the set again") from error


def _first_broken(photos: PhotoList) -> tuple[str, str]:
    from core.imagery import decode_photo, read_photo_file

    for path in photos.paths:
        try:
            decode_photo(read_photo_file(path), name=Path(path).name)
        except ImageError as error:
            return path, str(error)
    return "", ""
