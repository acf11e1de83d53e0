"""Which files of an upload can be used, before anything is predicted.

Every file is decoded once at an eighth of its size, so that one cut short on the
memory card is found here and not after an hour of work.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.errors import ImageError, InputError
from core.imagery import (
    Camera,
    Limits,
    content_hash,
    decode_for_prediction,
    safe_display_name,
)

__all__ = ["FileCheck", "FileState", "are_simulated", "check_files"]

#: Enough to decode every compressed byte of a JPEG at its smallest scale.
_LOOK_SIDE_PX = 64


class FileState(StrEnum):
    """What will become of a file when the survey is run."""

    READY = "ready"
    NO_POSITION = "no position"
    DOUBTFUL_POSITION = "doubtful position"
    REPEATED = "repeated"
    COUNTED_BEFORE = "counted before"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class FileCheck:
    """A row of the table shown before a survey is run.

    Attributes
    ----------
    name : str
        Safe to show.
    sha256 : str
        Identity of the content; empty for an empty or oversized file.
    state : FileState
        What will become of it.
    problem : str
        Why it is refused, left out or doubtful; empty if nothing is.
    n_bytes, width, height : int
        Size of the file and of the upright picture; 0 if unknown.
    taken_at : datetime or None
        UTC.
    lat, lon : float or None
        WGS 84 degrees.
    camera : Camera
        Height and lens, as far as the photo says.
    simulated : bool
        The photo says that it was painted by the simulated sea.
    """

    name: str
    sha256: str
    state: FileState
    problem: str = ""
    n_bytes: int = 0
    width: int = 0
    height: int = 0
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    camera: Camera = field(default_factory=Camera)
    simulated: bool = False

    @property
    def will_run(self) -> bool:
        """Whether the file goes to the classifier."""
        return self.state in (
            FileState.READY,
            FileState.NO_POSITION,
            FileState.DOUBTFUL_POSITION,
        )


def check_files(
    items: Iterable[tuple[str, bytes]],
    *,
    counted_in: Callable[[str], str | None] = lambda sha256: None,
    seen: set[str] | None = None,
    limits: Limits | None = None,
) -> Iterator[FileCheck]:
    """Check uploaded files one by one; no file stops the others.

    Parameters
    ----------
    items : iterable of (name, bytes)
        Read one at a time, so a large batch is never held whole.
    counted_in : callable
        Survey that already counted a photo of this SHA-256, or None.
    seen : set of str, optional
        Identities already in this batch; added to, so that a batch may come in parts.
    limits : Limits, optional
        Default limits if not given.

    Yields
    ------
    FileCheck
        In input order.
    """
    limits = limits or Limits()
    seen = set() if seen is None else seen
    for name, data in items:
        shown = safe_display_name(name)
        try:
            photo = decode_for_prediction(
                data, name=name, min_side_px=_LOOK_SIDE_PX, limits=limits
            )
        except ImageError as error:
            yield FileCheck(
                name=shown,
                sha256="" if not data else content_hash(data),
                state=FileState.REFUSED,
                problem=str(error),
                n_bytes=len(data),
            )
            continue
        state, problems = FileState.READY, list(photo.warnings)
        survey = counted_in(photo.sha256)
        if photo.sha256 in seen:
            state = FileState.REPEATED
            problems.insert(0, "same content as another file of this upload")
        elif survey is not None:
            state = FileState.COUNTED_BEFORE
            problems.insert(0, f"already counted in survey {survey!r}")
        elif photo.lat is None:
            state = FileState.NO_POSITION
            problems.insert(0, "no position: counts only after you set one")
        elif photo.position_is_doubtful:
            state = FileState.DOUBTFUL_POSITION
        if photo.simulated:
            problems.insert(0, "simulated photo, not an observation")
        seen.add(photo.sha256)
        yield FileCheck(
            name=shown,
            sha256=photo.sha256,
            state=state,
            problem="; ".join(problems),
            n_bytes=len(data),
            width=photo.width,
            height=photo.height,
            taken_at=photo.taken_at,
            lat=photo.lat,
            lon=photo.lon,
            camera=photo.camera,
            simulated=photo.simulated,
        )


def are_simulated(checks: Iterable[FileCheck]) -> bool:
    """Whether the photos that will run are simulated; they must not be mixed.

    Parameters
    ----------
    checks : iterable of FileCheck
        From `check_files`; those that will not run do not matter.

    Raises
    ------
    InputError
        If some are simulated and some are real.
    """
    usable = [check for check in checks if check.will_run]
    painted = [check for check in usable if check.simulated]
    if painted and len(painted) < len(usable):
        raise InputError(
            f"{len(painted)} of {len(usable)} photos are simulated, such as "
            f"{painted[0].name}; real and simulated ones need surveys of their own: "
            "leave one kind out and add it apart, under another survey name"
        )
    return bool(painted)
