"""Training photos, decoded once and kept in memory with their source."""

import csv
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.errors import ImageError, InputError

__all__ = [
    "SIMULATED",
    "Paint",
    "PhotoSet",
    "Pixels",
    "group_weights",
    "painted_photo_set",
    "part_of_scenes",
    "read_photo_folder",
    "scenes_of",
]

Pixels = npt.NDArray[np.uint8]
#: Source name of painted photos; they are never mixed into figures of real ones.
SIMULATED = "simulated"
_log = logging.getLogger(__name__)


class Paint(Protocol):
    """What paints a simulated photo, such as `core.simulation.render_photo`."""

    def __call__(self, kind: str, /, *, seed: int, size_px: int) -> Pixels:
        """Paint one photo of a kind."""


@dataclass(frozen=True)
class PhotoSet:
    """Photos with what is known of each.

    Parameters
    ----------
    photos : tuple of ndarray of uint8
        RGB, any size.
    labels : ndarray of int
        Index into the categories.
    sources : tuple of str
        Where each photo comes from, the file name's prefix.
    names : tuple of str
        File names relative to the folder, or the render's kind and seed.
    """

    photos: tuple[Pixels, ...]
    labels: npt.NDArray[np.int64]
    sources: tuple[str, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.photos)

    def __add__(self, other: "PhotoSet") -> "PhotoSet":
        return PhotoSet(
            self.photos + other.photos,
            np.concatenate([self.labels, other.labels]),
            self.sources + other.sources,
            self.names + other.names,
        )

    def where(self, kept: npt.NDArray[np.bool_]) -> "PhotoSet":
        """Keep the photos that a mask says."""
        rows = zip(
            self.photos, self.labels.tolist(), self.sources, self.names, strict=True
        )
        return PhotoSet.of(row for row, keep in zip(rows, kept, strict=True) if keep)

    def of_sources(self, sources: Collection[str]) -> "PhotoSet":
        """Keep the photos of some sources only."""
        rows = zip(
            self.photos, self.labels.tolist(), self.sources, self.names, strict=True
        )
        return PhotoSet.of(row for row in rows if row[2] in sources)

    @classmethod
    def of(cls, rows: Iterable[tuple[Pixels, int, str, str]]) -> "PhotoSet":
        """Build from rows of photo, label, source and name."""
        rows = list(rows)
        return cls(
            tuple(row[0] for row in rows),
            np.array([row[1] for row in rows], dtype=np.int64),
            tuple(row[2] for row in rows),
            tuple(row[3] for row in rows),
        )


def validation_folder(photos: Path) -> Path:
    """Find ``val/`` or, as prepared data have it, ``validation/`` beside ``train/``."""
    prepared = photos / "validation"
    return prepared if prepared.is_dir() else photos / "val"


def read_photo_folder(folder: Path, categories: Sequence[str]) -> PhotoSet:
    """Read ``<category>/<source>_<n>.jpg`` below a folder.

    A photo that cannot be decoded is left out and named in the log.

    Raises
    ------
    InputError
        If no category folder holds a readable photo.
    """
    from core.imagery import decode_photo

    rows = []
    for label, category in enumerate(categories):
        for path in sorted((folder / category).glob("*.jpg")):
            try:
                photo = decode_photo(path.read_bytes(), name=path.name)
            except ImageError as error:
                _log.warning("left out: %s", error)
                continue
            source = path.name.rpartition("_")[0]
            rows.append((photo.pixels, label, source, f"{category}/{path.name}"))
    if not rows:
        raise InputError(f"{folder} holds no photo in a folder named as a category")
    return PhotoSet.of(rows)


def scenes_of(photos: PhotoSet, folder: Path, split: str) -> tuple[str, ...]:
    """Find the scene of each photo in ``manifest.csv`` of a folder.

    Parameters
    ----------
    photos : PhotoSet
        Their names are paths below ``folder/split``.
    folder : Path
        Holds ``manifest.csv`` with the columns ``file`` and ``scene_group``.
    split : str
        Sub-folder that the photos were read from.

    Returns
    -------
    tuple of str
        The source where no scene is known.
    """
    scenes: dict[str, str] = {}
    listing = folder / "manifest.csv"
    if listing.exists():
        with listing.open(encoding="utf-8", newline="") as file:
            scenes = {
                row["file"]: row.get("scene_group") or ""
                for row in csv.DictReader(file)
            }
    return tuple(
        scenes.get(f"{split}/{name}") or source
        for name, source in zip(photos.names, photos.sources, strict=True)
    )


def part_of_scenes(
    photos: PhotoSet, scenes: Sequence[str], share: float, *, seed: int
) -> npt.NDArray[np.bool_]:
    """Choose scenes at random, and with them their photos; renders stay.

    Parameters
    ----------
    photos : PhotoSet
        The photos.
    scenes : sequence of str
        Scene of each.
    share : float
        Of the scenes, in (0, 1].
    seed : int
        Decides which; a smaller share is part of a larger one.

    Returns
    -------
    ndarray of bool, shape (n,)
        Whether each photo is kept.
    """
    real = sorted(
        {
            scene
            for scene, source in zip(scenes, photos.sources, strict=True)
            if source != SIMULATED
        }
    )
    order = np.random.default_rng(seed).permutation(len(real))
    kept = {real[i] for i in order[: max(1, round(share * len(real)))]} | {SIMULATED}
    return np.array([scene in kept for scene in scenes], dtype=np.bool_)


def painted_photo_set(
    paint: Paint,
    kinds: Mapping[str, str],
    categories: Sequence[str],
    *,
    n_per_kind: int,
    first_seed: int,
    size_px: int = 320,
) -> PhotoSet:
    """Paint simulated photos of every kind, as the source ``simulated``.

    Parameters
    ----------
    paint : callable
        ``paint(kind, seed=…, size_px=…)`` gives RGB pixels.
    kinds : mapping of str to str
        Category of each kind.
    categories : sequence of str
        The model's categories.
    n_per_kind : int
        Photos of each kind.
    first_seed : int
        Seed of the first photo of each kind; the others follow by one.
    size_px : int, default 320
        Longer side.
    """
    index = {code: label for label, code in enumerate(categories)}
    return PhotoSet.of(
        (
            paint(kind, seed=seed, size_px=size_px),
            index[category],
            SIMULATED,
            f"{kind}:{seed}",
        )
        for kind, category in kinds.items()
        for seed in range(first_seed, first_seed + n_per_kind)
    )


def group_weights(
    labels: npt.NDArray[np.int64],
    sources: Sequence[str],
    *,
    balance: float,
    simulated_share: float,
    groups: Sequence[str] = (),
) -> npt.NDArray[np.float64]:
    """Chance of each photo to be drawn, by the size of its group within its class.

    A group of ``n`` photos gets a share in proportion to ``n ** balance``;
    simulated groups together get ``simulated_share``. Groups are sources if not given.
    """
    keys = [
        f"{label}/{group}"
        for label, group in zip(labels, groups or sources, strict=True)
    ]
    _, inverse, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    weights = np.asarray(sizes[inverse] ** (balance - 1.0), dtype=np.float64)
    simulated = np.array([source == SIMULATED for source in sources])
    for mask, share in (
        (simulated, simulated_share),
        (~simulated, 1 - simulated_share),
    ):
        if mask.any():
            weights[mask] *= share / weights[mask].sum()
    return np.asarray(weights / weights.sum())
