"""Surveys of the simulated sea: drone photos along transects, counts from a deck.

The drone looks straight down. Its footprint is the area of the whole frame; the
stored picture is the part around the dominant item, as an onboard detector would cut
it, or a part of the water where the footprint is empty.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.simulation.current import DoubleGyre
from core.simulation.field import DebrisField
from core.simulation.parameters import ITEM_KINDS
from core.simulation.photos import jpeg_bytes
from core.simulation.render import RENDER_KINDS, render_photo
from core.units import knots_to_km_per_hour, square_metres_to_square_km

__all__ = ["SimulatedPhoto", "SurveyFlight", "deck_counts", "fly_survey"]

#: Assumptions. The angles are those of a 24 mm lens on a 36 x 24 mm sensor.
ALTITUDE_M = 40.0
ANGLE_ACROSS_DEG = 73.74
ANGLE_ALONG_DEG = 53.13
DRONE_SPEED_KM_H = 36.0
PHOTO_SPACING_KM = 0.25
PHOTOS_PER_TRANSECT = 10
TRANSECTS_PER_SURVEY = 5
#: One transect in five is laid over open water, so that a survey can find nothing.
_OPEN_WATER_TRANSECT = 2
#: How far the forecast that sends the drone out misses a patch.
_AIM_ERROR_KM = 0.25
_TURN_H = 0.25

STRIP_WIDTH_M = 40.0
SEGMENT_KM = 1.0
DECK_SPEED_KN = 9.0

#: Seeds of survey photos start here; training uses smaller ones, so that no photo of
#: the demo was ever trained on.
FIRST_PHOTO_SEED = 10_000_000


@dataclass(frozen=True, kw_only=True)
class SimulatedPhoto:
    """One survey photo with what it truly shows.

    Attributes
    ----------
    name : str
        File name; holds the painting seed, so another photo has another name.
    kind : str
        Key of ``RENDER_KINDS``; ``empty`` if nothing floats in the footprint.
    n_items : int
        Items in the footprint, weed included.
    debris_mass_kg : float
        Mass of all debris in the footprint.
    """

    name: str
    survey: str
    taken_at: datetime
    lat: float
    lon: float
    effort_km2: float
    kind: str
    n_items: int
    debris_mass_kg: float
    seed: int

    @property
    def category(self) -> str:
        """True photo category."""
        return RENDER_KINDS[self.kind]

    def pixels(self, *, size_px: int = 320) -> npt.NDArray[np.uint8]:
        """Paint the photo."""
        return render_photo(self.kind, seed=self.seed, size_px=size_px)

    def jpeg(self, *, size_px: int = 320) -> bytes:
        """Return the photo as a JPEG file with EXIF time and position."""
        return jpeg_bytes(
            self.pixels(size_px=size_px),
            taken_at=self.taken_at,
            lat=self.lat,
            lon=self.lon,
        )


@dataclass(frozen=True)
class SurveyFlight:
    """The photos of one survey."""

    survey: str
    photos: tuple[SimulatedPhoto, ...]

    @property
    def effort_km2(self) -> float:
        """Area photographed."""
        return sum(photo.effort_km2 for photo in self.photos)


def footprint_m() -> tuple[float, float]:
    """Width across and length along the track of one photo on the sea, in m."""
    across = 2.0 * ALTITUDE_M * np.tan(np.radians(ANGLE_ACROSS_DEG) / 2.0)
    along = 2.0 * ALTITUDE_M * np.tan(np.radians(ANGLE_ALONG_DEG) / 2.0)
    return float(across), float(along)


def fly_survey(
    field: DebrisField,
    *,
    survey: str,
    fronts: tuple[int, ...],
    reference_at: datetime,
    start_h: float,
    current: DoubleGyre,
    rng: np.random.Generator,
    first_seed: int,
) -> SurveyFlight:
    """Fly transects over the patches of some fronts and photograph on the way.

    Parameters
    ----------
    field : DebrisField
        The debris at some time; it is carried to the time of each transect.
    survey : str
        Name written to each photo.
    fronts : tuple of int
        Fronts to visit.
    reference_at : datetime
        The moment that is hour 0 of the field.
    start_h : float
        Take-off, hours after the reference.
    current : DoubleGyre
        What moves the debris.
    rng : numpy.random.Generator
        Aim errors and the choice of patches.
    first_seed : int
        Painting seed of the first photo.
    """
    candidates = np.flatnonzero(np.isin(field.patches.front, fronts))
    chosen = np.sort(
        rng.choice(candidates, size=TRANSECTS_PER_SURVEY - 1, replace=False)
    )
    targets: list[int | None] = [int(i) for i in chosen]
    targets.insert(_OPEN_WATER_TRANSECT, None)
    photos: list[SimulatedPhoto] = []
    time_h, now = start_h, field
    for target in targets:
        now = now.at(time_h, current)
        x, y, heading = _transect(now, target, rng)
        for step in range(PHOTOS_PER_TRANSECT):
            along = (step - (PHOTOS_PER_TRANSECT - 1) / 2) * PHOTO_SPACING_KM
            index = len(photos)
            moment = reference_at + timedelta(
                hours=time_h + step * PHOTO_SPACING_KM / DRONE_SPEED_KM_H
            )
            photos.append(
                _photograph(
                    now,
                    name=f"sim_{moment:%Y%m%d}_{first_seed + index:08d}.jpg",
                    survey=survey,
                    x_km=x + along * np.cos(heading),
                    y_km=y + along * np.sin(heading),
                    heading=heading,
                    taken_at=moment.replace(microsecond=0),
                    seed=first_seed + index,
                )
            )
        time_h += PHOTOS_PER_TRANSECT * PHOTO_SPACING_KM / DRONE_SPEED_KM_H + _TURN_H
    return SurveyFlight(survey, tuple(photos))


def _transect(
    field: DebrisField, target: int | None, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Middle and heading of a transect over a patch, or over water between fronts."""
    area = field.area
    if target is None:
        return (
            float(rng.uniform(0.2, 0.8) * area.width_km),
            float(area.height_km * rng.choice([0.34, 0.66])),
            float(rng.uniform(0.0, np.pi)),
        )
    patches = field.patches
    heading = float(patches.heading_rad[target] + rng.normal(0.0, 0.25))
    x = patches.x_km[target] + rng.normal(0.0, _AIM_ERROR_KM)
    y = patches.y_km[target] + rng.normal(0.0, _AIM_ERROR_KM)
    return float(x), float(y), heading


def _photograph(
    field: DebrisField,
    *,
    name: str,
    survey: str,
    x_km: float,
    y_km: float,
    heading: float,
    taken_at: datetime,
    seed: int,
) -> SimulatedPhoto:
    across_m, along_m = footprint_m()
    dx, dy = field.x_km - x_km, field.y_km - y_km
    along = dx * np.cos(heading) + dy * np.sin(heading)
    across = -dx * np.sin(heading) + dy * np.cos(heading)
    inside = (np.abs(along) <= along_m / 2000.0) & (np.abs(across) <= across_m / 2000.0)
    seen = np.flatnonzero(inside)
    kind = "empty"
    if len(seen):
        kind = ITEM_KINDS[field.kind[seen[np.argmax(field.mass_kg[seen])]]].name
    lat, lon = field.area.lat_lon(x_km=x_km, y_km=y_km)
    return SimulatedPhoto(
        name=name,
        survey=survey,
        taken_at=taken_at,
        lat=float(lat),
        lon=float(lon),
        effort_km2=square_metres_to_square_km(across_m * along_m),
        kind=kind,
        n_items=len(seen),
        debris_mass_kg=float(field.mass_kg[seen][field.is_debris[seen]].sum()),
        seed=seed,
    )


def deck_counts(
    field: DebrisField,
    *,
    survey: str,
    x_km: tuple[float, ...],
    reference_at: datetime,
    start_h: float,
    current: DoubleGyre,
) -> pd.DataFrame:
    """Count debris from a ship's deck along north-south lines, a row a category.

    Everything within the strip is taken as seen (assumption); a segment without
    debris is written as a row with count 0, category ``clean``.

    Returns
    -------
    DataFrame
        Raw rows for ``core.observations.make_observations``.
    """
    area = field.area
    codes = np.array([kind.category for kind in ITEM_KINDS])
    rows: list[dict[str, object]] = []
    n_segments = int(area.height_km / SEGMENT_KM)
    effort = square_metres_to_square_km(STRIP_WIDTH_M * SEGMENT_KM * 1000.0)
    line_h = area.height_km / knots_to_km_per_hour(DECK_SPEED_KN)
    now = field
    for line, x in enumerate(x_km):
        now = now.at(start_h + (line + 0.5) * line_h, current)
        in_strip = (np.abs(now.x_km - x) <= STRIP_WIDTH_M / 2000.0) & now.is_debris
        segment_of = (now.y_km[in_strip] / SEGMENT_KM).astype(np.int64)
        category_of = codes[now.kind[in_strip]]
        for segment in range(n_segments):
            # Every other line is sailed southwards.
            along = segment if line % 2 == 0 else n_segments - 1 - segment
            lat, lon = area.lat_lon(x_km=x, y_km=(segment + 0.5) * SEGMENT_KM)
            moment = reference_at + timedelta(
                hours=start_h + (line + (along + 0.5) / n_segments) * line_h
            )
            seen = category_of[segment_of == segment]
            found = [
                (str(c), int(n))
                for c, n in zip(*np.unique(seen, return_counts=True), strict=True)
            ]
            rows.extend(
                {
                    "survey": survey,
                    "lat": float(lat),
                    "lon": float(lon),
                    "observed_at": moment.replace(microsecond=0),
                    "category": code,
                    "count": count,
                    "effort_km2": effort,
                    "source": "table",
                    "simulated": True,
                }
                for code, count in found or [("clean", 0)]
            )
    return pd.DataFrame(rows)
