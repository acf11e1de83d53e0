"""Which ocean basin a place lies in, by simple lines drawn through land.

Boundaries follow IHO S-23 (1953) as far as straight lines can: the equator between
north and south, 60 S for the Southern Ocean, 66 N for the Arctic, 20 E and 147 E for
the Indian Ocean. On land the answer is that of the sea at the same side of the line.
"""

import numpy as np
import numpy.typing as npt

from core.distribution._checks import checked_places

__all__ = ["BASINS", "basin_of"]

Bools = npt.NDArray[np.bool_]

#: Names by code; the code is the feature.
BASINS = (
    "Arctic Ocean",
    "North Atlantic",
    "South Atlantic",
    "North Pacific",
    "South Pacific",
    "Indian Ocean",
    "Southern Ocean",
    "Mediterranean Sea",
    "Black Sea",
    "Baltic Sea",
)
#: Latitude and longitude of a line from the Bering Strait through America to 60 S:
#: Pacific west of it. It steps over the isthmus of Panama, which runs east.
_AMERICA = np.array(
    [
        (-60.0, -67.0),
        (-56.0, -68.0),
        (-52.0, -72.0),
        (-40.0, -70.0),
        (-20.0, -68.0),
        (-10.0, -73.0),
        (0.0, -75.0),
        (5.0, -76.0),
        (8.7, -77.3),
        (9.2, -83.5),
        (12.0, -85.5),
        (14.0, -88.5),
        (15.0, -91.0),
        (16.5, -94.5),
        (18.0, -97.5),
        (22.0, -100.0),
        (31.0, -104.0),
        (66.0, -140.0),
    ]
)
#: From 60 S past Tasmania, Torres and Sunda to the Malay peninsula: Indian west of it.
_SUNDA = np.array(
    [
        (-60.0, 147.0),
        (-38.0, 147.0),
        (-32.0, 142.0),
        (-12.0, 142.0),
        (-9.5, 128.0),
        (-8.5, 117.0),
        (-6.5, 106.0),
        (-3.0, 103.0),
        (0.0, 101.0),
        (6.0, 100.3),
        (8.0, 99.3),
        (13.0, 99.0),
        (66.0, 99.0),
    ]
)
_AFRICA_LON_DEG, _SUEZ_LAT_DEG, _SUEZ_LON_DEG = 20.0, 30.0, 32.0


def basin_of(*, lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Index into ``BASINS`` of each place.

    Raises
    ------
    InputError
        If a position is not on Earth.

    Examples
    --------
    >>> [BASINS[i] for i in basin_of(lat=[35, -30], lon=[-140, 80])]
    ['North Pacific', 'Indian Ocean']
    """
    lats, lons = checked_places(lat, lon)
    america = np.interp(lats, _AMERICA[:, 0], _AMERICA[:, 1])
    sunda = np.interp(lats, _SUNDA[:, 0], _SUNDA[:, 1])
    african = np.where(lats > _SUEZ_LAT_DEG, 200.0, _AFRICA_LON_DEG)
    african = np.where((lats > 0.0) & (lats <= _SUEZ_LAT_DEG), _SUEZ_LON_DEG, african)
    is_pacific = (lons < america) | (lons >= sunda)
    is_indian = ~is_pacific & (lons >= african)
    north = lats >= 0.0
    return np.select(
        [
            lats >= 66.0,
            lats < -60.0,
            _is_black_sea(lats, lons),
            _is_mediterranean(lats, lons),
            _is_baltic(lats, lons),
            is_indian,
            is_pacific & north,
            is_pacific,
            north,
        ],
        [0, 6, 8, 7, 9, 5, 3, 4, 1],
        2,
    ).astype(np.int64)


def _is_black_sea(lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> Bools:
    return (lat >= 40.9) & (lat <= 47.5) & (lon >= 27.4) & (lon <= 42.0)


def _is_mediterranean(
    lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]
) -> Bools:
    """East of Gibraltar, without the Bay of Biscay north of Spain."""
    biscay = (lon < 0.0) & (lat > 41.5)
    return (lat > 30.0) & (lat < 46.0) & (lon > -5.6) & (lon < 36.5) & ~biscay


def _is_baltic(lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> Bools:
    """East of Jutland and Sweden's west coast."""
    west = np.where(lat > 60.0, 16.5, np.where(lat > 57.7, 13.0, 9.6))
    return (lat > 53.4) & (lat < 66.0) & (lon > west) & (lon < 30.5)
