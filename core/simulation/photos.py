"""Photo files as a camera writes them: JPEG with time and position in EXIF."""

import io
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from core.errors import InputError
from core.geo import check_position
from core.imagery import SIMULATED_DESCRIPTION, SIMULATED_SOFTWARE

__all__ = ["jpeg_bytes"]

_QUALITY = 90


def jpeg_bytes(
    pixels: npt.NDArray[np.uint8], *, taken_at: datetime, lat: float, lon: float
) -> bytes:
    """Encode a simulated photo with its time (UTC) and position.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (h, w, 3)
        RGB.
    taken_at : datetime
        With a time zone; kept to the second.
    lat, lon : float
        WGS 84 degrees, written to 0.01 arc seconds (0.3 m).

    Returns
    -------
    bytes
        A JPEG file.

    Raises
    ------
    InputError
        If the time has no zone or the position is not on Earth.
    """
    if taken_at.tzinfo is None:
        raise InputError(f"time {taken_at} has no time zone")
    check_position(lat=lat, lon=lon, record="simulated photo")
    moment = taken_at.astimezone(UTC)
    stamp = moment.strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SIMULATED_DESCRIPTION
    exif[ExifTags.Base.Software] = SIMULATED_SOFTWARE
    exif[ExifTags.Base.Orientation] = 1
    exif[ExifTags.Base.DateTime] = stamp
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: stamp,
            ExifTags.Base.OffsetTimeOriginal: "+00:00",
        }
    )
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
            ExifTags.GPS.GPSLatitude: _sexagesimal(abs(lat)),
            ExifTags.GPS.GPSLongitudeRef: "E" if lon >= 0 else "W",
            ExifTags.GPS.GPSLongitude: _sexagesimal(abs(lon)),
            ExifTags.GPS.GPSDateStamp: moment.strftime("%Y:%m:%d"),
            ExifTags.GPS.GPSTimeStamp: tuple(
                IFDRational(part)
                for part in (moment.hour, moment.minute, moment.second)
            ),
            ExifTags.GPS.GPSMapDatum: "WGS-84",
        }
    )
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY, exif=exif)
    return buffer.getvalue()


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    hundredths = round(degrees * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6_000)
    second = Fraction(seconds, 100)
    return (
        IFDRational(whole),
        IFDRational(minutes),
        IFDRational(second.numerator, second.denominator),
    )
