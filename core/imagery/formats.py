"""Which files are photos: known by their first bytes, within limits."""

from dataclasses import dataclass

from core.errors import ImageError, InputError

__all__ = ["FORMATS", "Limits", "is_cut_short", "photo_format", "webp_size"]

#: Formats that are read; everything else is refused.
FORMATS = ("JPEG", "PNG", "WebP", "TIFF", "HEIC")

_HEIC_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
)
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
#: What people drop by mistake, so that the refusal can name it.
_OTHER_STARTS = (
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML document"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"FUJIFILM", "a camera raw file; export it as JPEG"),
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How large a photo may be, checked before anything is decoded.

    Parameters
    ----------
    max_pixels : int, default 120 million
        Width times height. The largest cameras that fly surveys have 100 to 102
        million pixels; 120 leaves them room and keeps a decoded photo at 360 MB.
    max_bytes : int, default 100 million
        Size of the file.
    max_jpeg_scans : int, default 500
        Scans in a progressive JPEG. Cameras write about ten; thousands of empty ones
        make a small file decode for minutes (assumption: the bound that the
        libjpeg-turbo fuzzers use).

    Raises
    ------
    InputError
        If a limit is not positive.
    """

    max_pixels: int = 120_000_000
    max_bytes: int = 100_000_000
    max_jpeg_scans: int = 500

    def __post_init__(self) -> None:
        for name in ("max_pixels", "max_bytes", "max_jpeg_scans"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} must be positive, got {getattr(self, name)}")

    def check_bytes(self, n_bytes: int) -> None:
        """Refuse an empty or too large file.

        Raises
        ------
        ImageError
            Naming the size and the limit.
        """
        if n_bytes == 0:
            raise ImageError("the file is empty (0 bytes)")
        if n_bytes > self.max_bytes:
            raise ImageError(
                f"the file has {n_bytes / 1e6:.0f} MB, "
                f"more than the limit of {self.max_bytes / 1e6:g} MB"
            )

    def check_pixels(self, width: int, height: int) -> None:
        """Refuse a picture with no or too many pixels, from its stated size.

        Raises
        ------
        ImageError
            Naming the size and the limit.
        """
        if width < 1 or height < 1:
            raise ImageError(f"the picture has no pixels ({width} x {height})")
        if width * height > self.max_pixels:
            raise ImageError(
                f"the picture has {width} x {height} = {width * height / 1e6:.0f} "
                f"megapixels, more than the limit of {self.max_pixels / 1e6:g}"
            )


def photo_format(data: bytes) -> str:
    """Name the format of a photo by its content.

    Parameters
    ----------
    data : bytes
        The file; the first 64 bytes are enough.

    Returns
    -------
    str
        One of `FORMATS`.

    Raises
    ------
    ImageError
        If it is none of them; the message says what it looks like instead.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data.startswith(_TIFF_STARTS):
        if data[8:10] == b"CR":
            raise _refusal("a camera raw file (CR2); export it as JPEG")
        return "TIFF"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in _HEIC_BRANDS:
            return "HEIC"
        raise _refusal(
            "an AVIF image"
            if brand in (b"avif", b"avis")
            else "a camera raw file (CR3); export it as JPEG"
            if brand == b"crx "
            else "a video"
        )
    for start, what in _OTHER_STARTS:
        if data.startswith(start):
            raise _refusal(what)
    raise _refusal("text" if _looks_like_text(data[:64]) else "of an unknown kind")


def is_cut_short(kind: str, data: bytes) -> bool:
    """Tell from a file's own account of its length whether the end is missing.

    JPEG and TIFF give no such account; their decoders notice.

    Parameters
    ----------
    kind : str
        As `photo_format` returned.
    data : bytes
        The whole file.
    """
    if kind == "PNG":
        return data.rfind(b"IEND") < 0
    if kind == "WebP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if kind == "HEIC":
        at = 0
        while at + 8 <= len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            if size == 1:  # a 64-bit length follows the type
                size = int.from_bytes(data[at + 8 : at + 16], "big")
            if size < 8:  # 0: to the end of the file; less is damage
                return False
            at += size
        return at > len(data)
    return False


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a WebP file states, or None if it states none.

    Its decoder reserves the whole canvas on opening, so the limit is held before.
    """
    little = int.from_bytes
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return little(data[24:27], "little") + 1, little(data[27:30], "little") + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a" and len(data) >= 30:
        width, height = little(data[26:28], "little"), little(data[28:30], "little")
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20:21] == b"\x2f" and len(data) >= 25:
        bits = little(data[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None


def _refusal(what: str) -> ImageError:
    return ImageError(
        f"not a photo: the content is {what} (read are JPEG, PNG, WebP, TIFF, HEIC)"
    )


def _looks_like_text(start: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n\f" for byte in start)
