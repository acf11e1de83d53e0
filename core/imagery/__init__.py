"""Photos in: safe decoding, upright pixels, time and place, identity, thumbnails.

A photo is whatever its content says, never what its name says. Everything that
cannot be used is refused with an :class:`~core.errors.ImageError` in words a person
understands; everything doubtful stays usable and carries a warning.
"""

from core.imagery.camera import Camera
from core.imagery.decode import (
    Photo,
    PhotoHeader,
    decode_for_prediction,
    decode_photo,
    inspect_photo,
)
from core.imagery.files import (
    content_hash,
    find_photos,
    read_photo_file,
    safe_display_name,
)
from core.imagery.formats import Limits
from core.imagery.metadata import (
    SIMULATED_DESCRIPTION,
    SIMULATED_SOFTWARE,
    PhotoMetadata,
    read_metadata,
)
from core.imagery.thumbnails import thumbnail

__all__ = [
    "SIMULATED_DESCRIPTION",
    "SIMULATED_SOFTWARE",
    "Camera",
    "Limits",
    "Photo",
    "PhotoHeader",
    "PhotoMetadata",
    "content_hash",
    "decode_for_prediction",
    "decode_photo",
    "find_photos",
    "inspect_photo",
    "read_metadata",
    "read_photo_file",
    "safe_display_name",
    "thumbnail",
]
