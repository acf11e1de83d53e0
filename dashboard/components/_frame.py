"""Extent of a map and the scale that turns values into colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, floor, isfinite, log2, log10, radians

from dashboard.theme import RampName, scale_colour

__all__ = ["MAX_LAT", "MapFrame", "Scale", "round_down", "round_up"]

#: Beyond this the Mercator projection of the map ends.
MAX_LAT = 85.0


@dataclass(frozen=True)
class MapFrame:
    """Extent of a map in degrees; a box across 180 passes -180 or 180."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(
        cls, lat: Sequence[float], lon: Sequence[float], *, margin: float = 0.15
    ) -> "MapFrame":
        """Frame around positions, the short way round, with a margin.

        Parameters
        ----------
        lat, lon : sequence of float
            Positions in degrees; not empty.
        margin : float
            Share of the extent added on each side.
        """
        spread = max(lon) - min(lon)
        shifted = [x + 360.0 if x < 0 else x for x in lon]
        crosses = max(shifted) - min(shifted) < spread - 1e-9
        around = shifted if crosses else list(lon)
        box = (min(around), min(lat), max(around), max(lat))
        return cls.of_box(box, margin=margin)

    @classmethod
    def of_box(
        cls, box: tuple[float, float, float, float], *, margin: float = 0.15
    ) -> "MapFrame":
        """Frame around a box with a margin.

        Parameters
        ----------
        box : (west, south, east, north)
            Degrees; west greater than east crosses 180 degrees.
        margin : float
            Share of the extent added on each side.
        """
        west, south, east, north = box
        east = east + 360.0 if east < west else east
        # The browser turns its view to a middle within 180 degrees; what lies in the
        # longitudes of another turn would not be drawn.
        turn = 360.0 * round((west + east) / 720.0)
        west, east = west - turn, east - turn
        width = max(east - west, 0.2)
        height = max(north - south, 0.2)
        middle_x, middle_y = (east + west) / 2, (north + south) / 2
        half_x, half_y = width * (0.5 + margin), height * (0.5 + margin)
        return cls(
            round(middle_x - half_x, 3),
            round(max(middle_y - half_y, -MAX_LAT), 3),
            round(middle_x + half_x, 3),
            round(min(middle_y + half_y, MAX_LAT), 3),
        )

    @property
    def width(self) -> float:
        """Extent in longitude, degrees."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Extent in latitude, degrees."""
        return self.north - self.south

    def place(self, lon: float) -> float:
        """Longitude shifted by whole turns to lie nearest to the frame's middle."""
        middle = (self.west + self.east) / 2
        return lon - 360.0 * round((lon - middle) / 360.0)

    def view(self, *, height_px: int, width_px: int = 1000) -> dict[str, float]:
        """Centre and zoom that show the frame in a canvas of that size."""
        lat = (self.south + self.north) / 2
        stretch = cos(radians(lat))
        zoom_x = log2(width_px * 360.0 / (512.0 * self.width))
        zoom_y = log2(height_px * 360.0 * stretch / (512.0 * self.height))
        return {
            "latitude": round(lat, 4),
            "longitude": round((self.west + self.east) / 2, 4),
            "zoom": round(max(min(zoom_x, zoom_y, 13.0), 0.5), 2),
        }


@dataclass(frozen=True)
class Scale:
    """Values to colours on a logarithmic (or even) scale, with round ends."""

    low: float
    high: float
    unit: str
    logarithmic: bool = True
    ramp: RampName = "cividis"

    @classmethod
    def over(
        cls,
        values: Sequence[float],
        unit: str,
        *,
        logarithmic: bool = True,
        ramp: RampName = "cividis",
    ) -> "Scale":
        """Scale over the positive values, its ends rounded to 1, 2 or 5."""
        known = sorted(v for v in values if isfinite(v) and v > 0)
        if not known:
            return cls(0.1 if logarithmic else 0.0, 1.0, unit, logarithmic, ramp)
        low, high = round_down(known[0]), round_up(known[-1])
        if not logarithmic:
            low = 0.0
        return cls(low, high if high > low else low * 10.0, unit, logarithmic, ramp)

    def share(self, value: float) -> float:
        """Place of a value on the scale, from 0 to 1."""
        if self.logarithmic:
            if value <= self.low:
                return 0.0
            part = (log10(value) - log10(self.low)) / (
                log10(self.high) - log10(self.low)
            )
        else:
            part = (value - self.low) / (self.high - self.low)
        return min(max(part, 0.0), 1.0)

    def colour(self, value: float) -> tuple[int, int, int]:
        """Colour of a value."""
        return scale_colour(self.share(value), ramp=self.ramp)

    @property
    def middle(self) -> float:
        """Value half way along the scale."""
        if self.logarithmic:
            return float((self.low * self.high) ** 0.5)
        return (self.low + self.high) / 2


def round_down(value: float) -> float:
    """Largest 1, 2 or 5 times a power of ten that is not above a value."""
    power = 10.0 ** floor(log10(value))
    return float(
        max(step for step in (1, 2, 5) if step * power <= value * 1.001) * power
    )


def round_up(value: float) -> float:
    """Smallest 1, 2, 5 or 10 times a power of ten that is not below a value."""
    power = 10.0 ** floor(log10(value))
    return float(
        min(step for step in (1, 2, 5, 10) if step * power >= value * 0.999) * power
    )
