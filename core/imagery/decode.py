"""Photo bytes to upright pixels, safely.

Everything is decided by content. Sizes are checked from the header before a pixel
is decoded. Pillow's file classes are used directly instead of ``Image.open``, so
that only the plugin of the format found is ever asked, a phone's multi-picture JPEG
gives its main picture, and Pillow's own decompression-bomb *warning* (which a caller
may have silenced) is replaced by a refusal at our limit. No global setting of Pillow
is relied on, so any number of threads may decode.
"""

import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from core.errors import ImageError
from core.imagery.camera import Camera
from core.imagery.exif import Tags, read_tags
from core.imagery.files import content_hash, safe_display_name
from core.imagery.formats import Limits, is_cut_short, photo_format, webp_size
from core.imagery.metadata import PhotoMetadata, metadata_of
from core.imagery.pixels import shrink, to_rgb, upright

__all__ = [
    "Photo",
    "PhotoHeader",
    "decode_for_prediction",
    "decode_photo",
    "inspect_photo",
]

#: What Pillow and libheif raise on damaged content, found by mutating sound files.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    Image.DecompressionBombError,
    struct.error,
    zlib.error,
)
_QUIET = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class PhotoHeader:
    """What is known of a photo without its pixels.

    Attributes
    ----------
    name : str
        Safe to show.
    format : str
        One of `core.imagery.formats.FORMATS`.
    width, height : int
        Pixels of the full upright picture.
    sha256 : str
        Identity of the file's content.
    taken_at : datetime or None
        UTC.
    lat, lon : float or None
        WGS 84 degrees, both or neither.
    position_is_doubtful : bool
        The position should be looked at by a person before it counts.
    camera : Camera
        Height and lens, as far as the file says.
    simulated : bool
        The file says that it was painted by the simulated sea.
    warnings : tuple of str
        What is doubtful about the file, in plain words.
    """

    name: str
    format: str
    width: int
    height: int
    sha256: str
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    position_is_doubtful: bool = False
    camera: Camera = field(default_factory=Camera)
    simulated: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Photo(PhotoHeader):
    """A photo with its pixels.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (h, w, 3)
        Upright RGB; smaller than ``height`` by ``width`` if decoded for prediction.
    """

    pixels: npt.NDArray[np.uint8]


class _Jpeg(JpegImageFile):
    """JPEG without Pillow's own reading of EXIF, which warns on damage."""

    def _read_dpi_from_exif(self) -> None:
        """Leave the resolution alone; nothing here needs it."""


def inspect_photo(
    data: bytes, *, name: str, limits: Limits | None = None
) -> PhotoHeader:
    """Read a photo's header: size, time, place. No pixel is decoded.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        As given by the person; made safe for the result.
    limits : Limits, optional
        Default limits if not given.

    Raises
    ------
    ImageError
        If the file is no photo, is too large or its header is damaged.
    """
    with _opened(data, limits or Limits()) as (_, header):
        return PhotoHeader(**_fields(header, data, name))


def decode_photo(data: bytes, *, name: str, limits: Limits | None = None) -> Photo:
    """Decode a photo in full.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        As given by the person; made safe for the result.
    limits : Limits, optional
        Default limits if not given.

    Raises
    ------
    ImageError
        If the file is no photo, is too large, damaged or cut short.
    """
    return _decode(data, name, limits or Limits(), min_side_px=None)


def decode_for_prediction(
    data: bytes, *, name: str, min_side_px: int, limits: Limits | None = None
) -> Photo:
    """Decode a photo at reduced scale, quickly.

    A JPEG is decoded at 1/2, 1/4 or 1/8 scale in the DCT domain, which is several
    times faster; every compressed byte is still read, so a file cut short is refused
    as in `decode_photo`. What is still too large is averaged down by a whole factor.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        As given by the person; made safe for the result.
    min_side_px : int
        The shorter side of the pixels is at least this, unless the photo is smaller.
    limits : Limits, optional
        Default limits if not given.

    Returns
    -------
    Photo
        ``width`` and ``height`` are those of the full picture.

    Raises
    ------
    ImageError
        As `decode_photo`; or if ``min_side_px`` is not positive.
    """
    if min_side_px < 1:
        raise ImageError(f"min_side_px must be at least 1, got {min_side_px}")
    return _decode(data, name, limits or Limits(), min_side_px=min_side_px)


@dataclass(frozen=True)
class _Header:
    format: str
    width: int
    height: int
    metadata: PhotoMetadata
    orientation: int
    warnings: tuple[str, ...]


def _decode(
    data: bytes, name: str, limits: Limits, *, min_side_px: int | None
) -> Photo:
    with _opened(data, limits) as (image, header):
        if min_side_px is not None and header.format == "JPEG":
            image.draft(None, (min_side_px, min_side_px))
        with _quiet() if header.format == "TIFF" else nullcontext():
            image.load()
        rgb, notes = to_rgb(image)
        if min_side_px is not None:
            rgb = shrink(rgb, min_side_px)
        pixels = np.asarray(upright(rgb, header.orientation))
        fields = _fields(header, data, name)
        fields["warnings"] = (*header.warnings, *notes)
        return Photo(**fields, pixels=pixels)


def _fields(header: _Header, data: bytes, name: str) -> dict[str, Any]:
    meta = header.metadata
    return {
        "name": safe_display_name(name),
        "format": header.format,
        "width": header.width,
        "height": header.height,
        "sha256": content_hash(data),
        "taken_at": meta.taken_at,
        "lat": meta.lat,
        "lon": meta.lon,
        "position_is_doubtful": meta.position_is_doubtful,
        "camera": meta.camera,
        "simulated": meta.simulated,
        "warnings": header.warnings,
    }


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[tuple[Image.Image, _Header]]:
    """Open a photo whose size is within limits; damage becomes an ImageError."""
    limits.check_bytes(len(data))
    kind = photo_format(data)
    if kind == "JPEG" and data.count(b"\xff\xda") > limits.max_jpeg_scans:
        raise ImageError(
            f"the JPEG has more than {limits.max_jpeg_scans} scans; no camera "
            "writes that"
        )
    stated = webp_size(data) if kind == "WebP" else None
    if stated is not None:
        limits.check_pixels(*stated)
    try:
        image = _open(kind, data)
        with image:
            limits.check_pixels(*image.size)
            if is_cut_short(kind, data):
                raise ImageError(f"the {kind} is cut short")
            yield image, _header(kind, image, data)
    except ImageError:
        raise
    except _DAMAGE as error:
        raise ImageError(_plain_reason(kind, error, data)) from error


def _open(kind: str, data: bytes) -> Image.Image:
    """Open by the one plugin that fits; none but JPEG is imported before need."""
    stream = BytesIO(data)
    if kind == "JPEG":
        return _Jpeg(stream)
    if kind == "WebP":
        from PIL.WebPImagePlugin import WebPImageFile

        return WebPImageFile(stream)
    if kind == "HEIC":
        return _open_heic(data)
    with _quiet():
        if kind == "PNG":
            from PIL.PngImagePlugin import PngImageFile

            return PngImageFile(stream)
        from PIL.TiffImagePlugin import TiffImageFile

        return TiffImageFile(stream)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's remarks on odd PNG and TIFF headers from the screen.

    What matters of them is reported from our own reading. Warning filters belong to
    the whole process, so one thread at a time may change them.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _open_heic(data: bytes) -> Image.Image:
    from pillow_heif import HeifImageFile

    return cast("Image.Image", HeifImageFile(BytesIO(data)))  # type: ignore[no-untyped-call]


def _header(kind: str, image: Image.Image, data: bytes) -> _Header:
    tags = read_tags(data if kind == "TIFF" else _exif_block(image))
    notes = _check_pages(kind, image, tags)
    meta = metadata_of(tags)
    # Pillow turns TIFF and libheif turns HEIC upright themselves.
    orientation = 1 if kind in ("TIFF", "HEIC") else meta.orientation
    width, height = image.size
    if orientation >= 5:
        width, height = height, width
    return _Header(kind, width, height, meta, orientation, (*notes, *meta.warnings))


def _exif_block(image: Image.Image) -> bytes:
    block = image.info.get("exif")
    return block if isinstance(block, bytes) else b""


def _check_pages(kind: str, image: Image.Image, tags: Tags) -> list[str]:
    """Refuse animations and raw previews; say which picture of several is used."""
    if kind == "TIFF":
        subfile = tags.image.get(0x00FE)
        is_preview = isinstance(subfile, tuple) and subfile[0] == 1
        if 0xC612 in tags.image or is_preview:
            raise ImageError("a camera raw file; export it as JPEG")
        return ["several pages; the first is used"] if tags.has_next_page else []
    n_frames = getattr(image, "n_frames", 1)
    if n_frames > 1 and kind in ("PNG", "WebP"):
        raise ImageError(f"an animation of {n_frames} pictures, not a photo")
    return [f"{n_frames} pictures; the main one is used"] if n_frames > 1 else []


def _plain_reason(kind: str, error: BaseException, data: bytes) -> str:
    text = str(error).lower()
    if isinstance(error, MemoryError):
        return f"the {kind} needs more memory than there is"
    if (
        isinstance(error, EOFError)
        or "truncated" in text
        or "not enough" in text
        or is_cut_short(kind, data)
    ):
        return f"the {kind} is cut short"
    return f"the {kind} is damaged and cannot be decoded"
