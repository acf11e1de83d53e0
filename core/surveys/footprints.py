"""The footprints of an upload, before it is run: which photos tell theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import InputError
from core.observations.effort import overlap_share
from core.surveys.effort import camera_footprint_km2
from core.surveys.preflight import FileCheck

__all__ = ["Footprints", "camera_footprints"]


@dataclass(frozen=True, kw_only=True)
class Footprints:
    """What the photos of an upload tell about the sea they show.

    Attributes
    ----------
    area_km2 : mapping of str to float
        By SHA-256 of the photo.
    lacking : mapping of str to str
        Name of each photo that does not say enough, and what it lacks.
    overlap : float
        Share of the area that an earlier photo of the flight showed already.
    """

    area_km2: Mapping[str, float] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)
    overlap: float = 0.0


def camera_footprints(
    checks: Iterable[FileCheck], *, tilt_deg: float = 0.0
) -> Footprints:
    """Work out each photo's footprint from its own height and lens.

    Parameters
    ----------
    checks : iterable of FileCheck
        From `check_files`; those that will not run are left aside.
    tilt_deg : float, default 0
        Angle of the camera's axis from straight down, degrees.
    """
    usable = [check for check in checks if check.will_run]
    area: dict[str, float] = {}
    lacking: dict[str, str] = {}
    for check in usable:
        try:
            area[check.sha256] = camera_footprint_km2(
                check.camera,
                width=check.width,
                height=check.height,
                tilt_deg=tilt_deg,
            )
        except InputError as error:
            lacking[check.name] = str(error)
    return Footprints(area_km2=area, lacking=lacking, overlap=_overlap(usable, area))


def _overlap(checks: Iterable[FileCheck], area_km2: Mapping[str, float]) -> float:
    flown = [
        (check.taken_at, check.lat, check.lon, area_km2[check.sha256])
        for check in checks
        if check.sha256 in area_km2
        and check.taken_at is not None
        and check.lat is not None
        and check.lon is not None
    ]
    flown.sort()  # into the order of flight
    return overlap_share(
        [lat for _, lat, _, _ in flown],
        [lon for _, _, lon, _ in flown],
        [area for *_, area in flown],
    )
