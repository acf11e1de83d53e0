"""Large photos in overlapping tiles: where to look, and whose boxes are one object.

The whole photo is looked at first, reduced, for objects larger than a tile; then tile
by tile, for those that vanish when it is reduced. An object no larger than the overlap
lies whole in some tile. Of a larger one the tiles see pieces: a piece inside a box of
the whole object is dropped, two pieces that meet in the overlap are joined.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.detection.boxes import Boxes, iou_matrix, overlap_matrix, suppress
from core.errors import InputError

__all__ = ["Tile", "TilePlan", "is_cut_by", "merge_tiles", "plan_tiles", "weighted"]

#: A piece this much inside another box belongs to it (assumption).
_PIECE_INSIDE = 0.7
#: The other box must be at least this sure, as a share of the piece's score, so that
#: a faint large box does not swallow clear small ones (assumption).
_SURE_ENOUGH = 0.5
#: A box with a side of this share of its tile's counts nothing, one of half of that
#: counts in full: the whole photo shows it better. Measured on collages of validation
#: pictures, see ``docs/cli.md``.
_LARGEST_IN_TILE = 0.8
#: Two pieces are one object if they agree this much where both tiles look (assumption).
_PIECES_AGREE = 0.5


@dataclass(frozen=True)
class Tile:
    """A part of the photo, in its pixels."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, kw_only=True)
class TilePlan:
    """When and how finely photos are tiled.

    Parameters
    ----------
    from_sides : float, default 2.0
        A photo whose longer side is at least this many network sides is tiled.
    overlap : float, default 0.3
        Share of a tile that its neighbour sees too, in [0, 0.5].
    max_tiles : int, default 12
        Bounds the work on a photo of any size; tiles grow to keep it. 0: no tiles.
    weight : float, default 0.8
        Factor of the scores in tiles, in [0, 1]: many looks find more by mistake.

    Raises
    ------
    InputError
        If a value is out of range.
    """

    from_sides: float = 2.0
    overlap: float = 0.3
    max_tiles: int = 12
    weight: float = 0.8

    def __post_init__(self) -> None:
        if not 0 <= self.overlap <= 0.5:
            raise InputError(f"tile overlap {self.overlap} outside [0, 0.5]")
        if not 0 <= self.max_tiles <= 400:
            raise InputError(f"max_tiles {self.max_tiles} outside [0, 400]")
        if not 0 <= self.weight <= 1:
            raise InputError(f"tile weight {self.weight} outside [0, 1]")
        if not 1 <= self.from_sides <= 100:
            raise InputError(f"from_sides {self.from_sides} outside [1, 100]")


def plan_tiles(width: int, height: int, side_px: int, plan: TilePlan) -> list[Tile]:
    """Cover a photo with equal overlapping squares.

    Parameters
    ----------
    width, height : int
        Of the photo, in px.
    side_px : int
        Side of the network's input; tiles are never smaller.
    plan : TilePlan
        When and how finely.

    Returns
    -------
    list of Tile
        Row by row; empty if the whole photo alone is enough. Tiles at the right and
        bottom border end there, so all are of one size, or the photo's if that is less.
    """
    if plan.max_tiles < 2 or max(width, height) < plan.from_sides * side_px:
        return []
    size = side_px
    while True:
        columns = _starts(width, size, plan.overlap)
        rows = _starts(height, size, plan.overlap)
        if len(columns) * len(rows) <= plan.max_tiles:
            break
        size = math.ceil(size * 1.02)
    if len(columns) * len(rows) == 1:  # the whole photo again
        return []
    return [
        Tile(left, top, min(left + size, width), min(top + size, height))
        for top in rows
        for left in columns
    ]


def _starts(length: int, size: int, overlap: float) -> list[int]:
    """Spread tiles of a size evenly over a length, at least the overlap in common."""
    if size >= length:
        return [0]
    n = math.ceil((length - size) / (size * (1 - overlap))) + 1
    return [round(k * (length - size) / (n - 1)) for k in range(n)]


def is_cut_by(
    corners: npt.NDArray[np.float32],
    tile: Tile,
    width: int,
    height: int,
    *,
    near: float,
) -> npt.NDArray[np.bool_]:
    """Say which boxes end at a border of the tile that is not one of the photo.

    Parameters
    ----------
    corners : ndarray, shape (n, 4)
        In pixels of the photo.
    tile : Tile
        Where they were found.
    width, height : int
        Of the photo.
    near : float
        How close to the border counts, in px.
    """
    return np.asarray(
        ((corners[:, 0] <= tile.left + near) & (tile.left > 0))
        | ((corners[:, 1] <= tile.top + near) & (tile.top > 0))
        | ((corners[:, 2] >= tile.right - near) & (tile.right < width))
        | ((corners[:, 3] >= tile.bottom - near) & (tile.bottom < height))
    )


def weighted(boxes: Boxes, tile: Tile, *, weight: float, floor: float) -> Boxes:
    """Lower the scores of boxes found in a tile, those of large ones most.

    Parameters
    ----------
    boxes : Boxes
        In pixels of the photo.
    tile : Tile
        Where they were found.
    weight : float
        Factor of all scores.
    floor : float
        Boxes that fall below are dropped.
    """
    side = max(tile.right - tile.left, tile.bottom - tile.top)
    share = (boxes.corners[:, 2:] - boxes.corners[:, :2]).max(axis=1) / side
    factor = np.clip(2 - 2 * share / _LARGEST_IN_TILE, 0, 1) * weight
    lowered = boxes.with_scores((boxes.scores * factor).astype(np.float32))
    return lowered.take(lowered.scores >= floor)


def merge_tiles(whole: Boxes, found: list[tuple[Tile, Boxes]], *, iou: float) -> Boxes:
    """Make one list of what the whole photo and its tiles show.

    Parameters
    ----------
    whole : Boxes
        Found in the whole photo.
    found : list of tuple
        Each tile with its boxes, in pixels of the photo, cut ones marked.
    iou : float
        Overlap from which two boxes of one category are one object.

    Returns
    -------
    Boxes
        Highest score first.
    """
    tiles = [tile for tile, _ in found]
    tile_of = np.concatenate(
        [np.full(len(boxes), number) for number, (_, boxes) in enumerate(found)]
    )
    pieces = Boxes.joined([boxes for _, boxes in found])
    sound = Boxes.joined([whole, pieces.take(~pieces.is_cut)])
    cut, cut_tiles = pieces.take(pieces.is_cut), tile_of[pieces.is_cut]
    if len(cut):
        sound, is_left = _without_pieces(sound, cut)
        cut = _join_pieces(cut.take(is_left), cut_tiles[is_left], tiles)
    return suppress(Boxes.joined([sound, cut]), iou=iou)


def _without_pieces(sound: Boxes, cut: Boxes) -> tuple[Boxes, npt.NDArray[np.bool_]]:
    """Give pieces that lie in a whole box to it: its score is then the higher one."""
    if not len(sound):
        return sound, np.ones(len(cut), dtype=bool)
    is_in = overlap_matrix(cut.corners, sound.corners) >= _PIECE_INSIDE
    is_in &= sound.scores[None, :] >= _SURE_ENOUGH * cut.scores[:, None]
    is_alike = is_in & (cut.labels[:, None] == sound.labels[None, :])
    # The likeliest of the boxes of its category takes the piece's score.
    scores = sound.scores.copy()
    for row in np.flatnonzero(is_alike.any(axis=1)):
        owner = np.flatnonzero(is_alike[row])[sound.scores[is_alike[row]].argmax()]
        scores[owner] = max(scores[owner], cut.scores[row])
    return sound.with_scores(scores), np.asarray(~is_in.any(axis=1))


def _join_pieces(
    cut: Boxes, cut_tiles: npt.NDArray[np.intp], tiles: list[Tile]
) -> Boxes:
    """Join pieces of one object from neighbouring tiles into the box around them."""
    if len(cut) < 2:
        return cut
    limits = np.array(
        [[t.left, t.top, t.right, t.bottom] for t in tiles], dtype=np.float32
    )[cut_tiles]
    group = np.arange(len(cut))
    for first in range(len(cut) - 1):
        rest = np.arange(first + 1, len(cut))
        rest = rest[
            (cut.labels[rest] == cut.labels[first])
            & (cut_tiles[rest] != cut_tiles[first])
        ]
        if not len(rest):
            continue
        window = np.concatenate(
            [
                np.maximum(limits[rest, :2], limits[first, :2]),
                np.minimum(limits[rest, 2:], limits[first, 2:]),
            ],
            axis=1,
        )
        agree = [
            iou_matrix(
                _clipped(cut.corners[first][None], shared),
                _clipped(cut.corners[other][None], shared),
            )[0, 0]
            >= _PIECES_AGREE
            for other, shared in zip(rest, window, strict=True)
        ]
        for other in rest[np.array(agree)]:
            group[group == group[other]] = group[first]
    return _unions(cut, group)


def _clipped(
    corners: npt.NDArray[np.float32], window: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    low, high = np.tile(window[:2], 2), np.tile(window[2:], 2)
    return np.minimum(np.maximum(corners, low), high)


def _unions(cut: Boxes, group: npt.NDArray[np.intp]) -> Boxes:
    """Return the best box of each group, grown to hold all of it."""
    best = []
    corners = cut.corners.copy()
    for number in np.unique(group):
        rows = np.flatnonzero(group == number)
        chief = rows[cut.scores[rows].argmax()]
        corners[chief, :2] = cut.corners[rows, :2].min(axis=0)
        corners[chief, 2:] = cut.corners[rows, 2:].max(axis=0)
        best.append(chief)
    grown = Boxes(corners, cut.labels, cut.scores, cut.vectors, cut.is_cut)
    return grown.take(np.array(best, dtype=np.intp))
