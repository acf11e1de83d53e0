"""Distinct positions in H3 order, and the cell of each at any resolution."""

from dataclasses import dataclass

import h3.api.basic_str as h3_str
import numpy as np
import numpy.typing as npt

from core.density.cells import Bbox
from core.errors import InputError
from core.geo import H3_STORED_RESOLUTION, cells_of, normalise_lon

__all__ = ["Level", "Places", "cell_box", "in_box"]

Ints = npt.NDArray[np.int64]
Cells = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
#: Resolutions kept ready; one of a million places takes 4 MB and a second to make.
_KEPT_LEVELS = 6
#: Up to this share of the places, cells are made for those alone and not kept.
_FEW = 0.1


@dataclass(frozen=True)
class Level:
    """Places grouped into the cells of one resolution.

    Attributes
    ----------
    cells : ndarray of uint64
        The cells that hold a place, sorted.
    of_place : ndarray of int32
        For each place its position in ``cells``.
    """

    cells: Cells
    of_place: npt.NDArray[np.int32]


class Places:
    """Distinct positions, sorted by their stored cell so that near ones lie together.

    A coarser cell is found from the position and not as parent of the stored cell: the
    seven children of a cell only roughly fill it, and one row in fifteen would land in
    a neighbour of the cell that holds it.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n_rows,)
        Degrees, longitudes normalised.
    cells : ndarray of uint64, shape (n_rows,)
        Cells of the resolution stored with every position; 0 where unknown.

    Attributes
    ----------
    order : ndarray of int
        Rows in the order of their places.
    of_row : ndarray of int32
        Place of each row, rows in that order.
    lat, lon : ndarray of float, shape (n_places,)
        Degrees.
    """

    def __init__(self, lat: Floats, lon: Floats, cells: Cells) -> None:
        order = np.lexsort((lon, lat, cells))
        lat, lon, cells = lat[order], lon[order], cells[order]
        new = np.ones(len(order), dtype=np.bool_)
        new[1:] = (np.diff(lat) != 0) | (np.diff(lon) != 0)
        self.order: Ints = order
        self.of_row = (np.cumsum(new) - 1).astype(np.int32)
        self.lat, self.lon = lat[new], lon[new]
        self._levels: dict[int, Level] = {}
        stored = cells[new]
        if stored.all():
            self._levels[H3_STORED_RESOLUTION] = _level(stored)

    def __len__(self) -> int:
        return len(self.lat)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, bytes."""
        levels = sum(x.cells.nbytes + x.of_place.nbytes for x in self._levels.values())
        return self.of_row.nbytes + self.lat.nbytes + self.lon.nbytes + levels

    def level(self, resolution: int) -> Level:
        """Cells of one resolution; made once and kept.

        Raises
        ------
        InputError
            If the resolution is outside 0 to 15.
        """
        found = self._levels.get(resolution)
        if found is None:
            found = _level(self._cells(resolution, np.arange(len(self))))
            while len(self._levels) >= _KEPT_LEVELS:
                self._levels.pop(next(iter(self._levels)), None)
            self._levels[resolution] = found
        return found

    def part_level(self, resolution: int, near: Bools) -> Level:
        """Cells of some places; ``of_place`` means nothing for the others.

        Raises
        ------
        InputError
            If the resolution is outside 0 to 15.
        """
        places = np.flatnonzero(near)
        if resolution in self._levels or len(places) > _FEW * len(self):
            return self.level(resolution)
        part = _level(self._cells(resolution, places))
        of_place = np.zeros(len(self), dtype=np.int32)
        of_place[places] = part.of_place
        return Level(part.cells, of_place)

    def _cells(self, resolution: int, places: Ints) -> Cells:
        if not 0 <= resolution <= 15:
            raise InputError(f"H3 resolution {resolution} outside 0 to 15")
        return cells_of(
            lat=self.lat[places].tolist(),
            lon=self.lon[places].tolist(),
            resolution=resolution,
        )

    def inside(self, box: Bbox) -> Bools:
        """Whether each place lies in a box, its edges included."""
        return in_box(self.lat, self.lon, box)

    def bounds(self) -> Bbox:
        """Smallest box around all places, the short way round.

        Raises
        ------
        InputError
            If there is no place.
        """
        if not len(self):
            raise InputError("no place to draw a box around")
        west, east = float(self.lon.min()), float(self.lon.max())
        turned = np.where(self.lon < 0, self.lon + 360.0, self.lon)
        if turned.max() - turned.min() < east - west - 1e-9:
            west, east = (float(normalise_lon(x)) for x in (turned.min(), turned.max()))
        return Bbox(west, float(self.lat.min()), east, float(self.lat.max()))


def cell_box(cell: str) -> Bbox:
    """Box around a cell, for choosing what may lie in it.

    Raises
    ------
    InputError
        If ``cell`` is not the name of an H3 cell.
    """
    if len(cell) > 16 or not h3_str.is_valid_cell(cell):
        raise InputError(f"{cell[:20]!r} is not an H3 cell")
    lat, lon = (np.array(x) for x in zip(*h3_str.cell_to_boundary(cell), strict=True))
    around = np.unwrap(np.append(lon, lon[0]), period=360.0)
    # An edge is a great circle and bulges out of the box of its ends.
    margin_lat = 0.2 * float(np.ptp(lat))
    south, north = float(lat.min()) - margin_lat, float(lat.max()) + margin_lat
    if abs(around[-1] - around[0]) > 180.0:  # the ring goes round a pole
        pole = (south, 90.0) if lat.mean() > 0 else (-90.0, north)
        return Bbox(-180.0, pole[0], 180.0, pole[1])
    margin = 0.2 * float(np.ptp(around))
    west, east = normalise_lon([around.min() - margin, around.max() + margin])
    return Bbox(float(west), max(south, -90.0), float(east), min(north, 90.0))


def in_box(lat: Floats, lon: Floats, box: Bbox) -> Bools:
    """Whether positions lie in a box, its edges included; longitudes normalised."""
    west, east = (float(normalise_lon(x)) for x in (box.west, box.east))
    north_south = (lat >= box.south) & (lat <= box.north)
    if box.east - box.west >= 360.0:
        return np.asarray(north_south)
    if west < east:
        inside = (lon >= west) & (lon <= east)
    elif box.east == 180.0 and box.west < box.east:
        inside = lon >= west
    else:
        inside = (lon >= west) | (lon <= east)
    return np.asarray(inside & north_south)


def _level(cells: Cells) -> Level:
    found, of_place = np.unique(cells, return_inverse=True)
    return Level(found, of_place.astype(np.int32))
