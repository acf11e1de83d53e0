"""Look at each picture once: is it whole, what is it, what does it look like."""

import json
import os
import struct
import warnings
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import ImageError
from core.imagery import decode_photo, read_metadata, read_photo_file

__all__ = ["GREY_SIDE", "Look", "LookBook", "examine"]

#: Side of the small grey picture by which near-duplicates are confirmed.
GREY_SIDE = 16
_HASH_SIDE = 32


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at a picture tells.

    Attributes
    ----------
    problem : str
        Why it cannot be used; empty if it can.
    sha256 : str
        Identity of the file.
    width, height : int
        Of the upright picture.
    turned : bool
        The file's pixels lie on their side and EXIF says how to turn them.
    format, mode : str
        ``JPEG``, ``PNG``, …; of a JPEG also how its colours are stored, as Pillow
        names it.
    taken_at : str
        ISO 8601, empty if not told.
    frequencies, gradients : str
        Perceptual hashes, 64 bits in hexadecimal each: signs of the low cosine
        frequencies against their median, and of the horizontal steps.
    grey, colour : str
        The small grey picture, and the mean red, green and blue; hexadecimal.
    """

    problem: str = ""
    sha256: str = ""
    width: int = 0
    height: int = 0
    turned: bool = False
    format: str = ""
    mode: str = ""
    taken_at: str = ""
    frequencies: str = ""
    gradients: str = ""
    grey: str = ""
    colour: str = ""

    @property
    def is_plain_jpeg(self) -> bool:
        """Whether every reader of JPEG gives the upright picture in RGB."""
        return self.mode in ("RGB", "L") and not self.turned

    @property
    def time(self) -> datetime | None:
        """When it was taken, if told."""
        return datetime.fromisoformat(self.taken_at) if self.taken_at else None


def examine(path: Path) -> Look:
    """Decode a picture in full and describe it.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    Look
        Its ``problem`` says what is wrong with a file that is no whole photo.
    """
    try:
        data = read_photo_file(path)
        photo = decode_photo(data, name=path.name)
    except ImageError as error:
        return Look(problem=str(error))
    turned, mode = _storage(data) if photo.format == "JPEG" else (False, "")
    frequencies, gradients, grey, colour = _hashes(photo.pixels)
    return Look(
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        turned=turned,
        format=photo.format,
        mode=mode,
        taken_at=photo.taken_at.isoformat() if photo.taken_at else "",
        frequencies=frequencies,
        gradients=gradients,
        grey=grey,
        colour=colour,
    )


def _storage(data: bytes) -> tuple[bool, str]:
    """Tell whether EXIF turns a JPEG that is known to be whole, and its mode.

    The mode is empty where Pillow stumbles over what stands beside the picture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged EXIF is met in `read_metadata`
            with Image.open(BytesIO(data), formats=("JPEG",)) as image:
                block, mode = image.info.get("exif", b""), image.mode
    except (OSError, SyntaxError, ValueError, KeyError, struct.error):
        return False, ""
    return read_metadata(block).orientation != 1, mode


def _hashes(pixels: npt.NDArray[np.uint8]) -> tuple[str, str, str, str]:
    from scipy.fft import dctn

    picture = Image.fromarray(pixels)
    while min(picture.size) >= 4 * _HASH_SIDE:  # quick, and no less faithful
        picture = picture.reduce(2)
    colour = np.asarray(picture.resize((8, 8), Image.Resampling.BOX)).mean(axis=(0, 1))
    picture = picture.convert("L")
    small = picture.resize((_HASH_SIDE, _HASH_SIDE), Image.Resampling.LANCZOS)
    low = dctn(np.asarray(small, dtype=np.float64), norm="ortho")[:8, :8].ravel()
    low[0] = np.median(low[1:])  # the mean is light, not content
    frequencies = np.packbits(low > np.median(low[1:])).tobytes().hex()
    steps = np.asarray(picture.resize((9, 8), Image.Resampling.LANCZOS), np.int16)
    gradients = np.packbits(np.diff(steps, axis=1).ravel() > 0).tobytes().hex()
    grey = picture.resize((GREY_SIDE, GREY_SIDE), Image.Resampling.BOX)
    mean = np.rint(colour).astype(np.uint8).tobytes().hex()
    return frequencies, gradients, np.asarray(grey).tobytes().hex(), mean


class LookBook:
    """Looks kept in a file, so that a killed run need not look again.

    Parameters
    ----------
    path : Path or None
        Lines of JSON; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, Look] = {}
        if path is not None and path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._remember(line)

    def _remember(self, line: str) -> None:
        try:
            row: dict[str, Any] = json.loads(line)
            self._known[row.pop("key")] = Look(**row)
        except (ValueError, KeyError, TypeError):
            return  # the last line of a killed run may be cut short

    def look(self, path: Path) -> Look:
        """Look at a picture, unless the same file was looked at before."""
        key = _key(path)
        if key not in self._known:
            self._known[key] = found = examine(path)
            if self._path is not None:
                line = json.dumps({"key": key, **asdict(found)})
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(f"\n{line}")  # first the break: a cut line stays alone
        return self._known[key]


def _key(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return os.fsencode(path).hex()
    return f"{os.fsencode(path).hex()}:{stat.st_size}:{stat.st_mtime_ns}"
