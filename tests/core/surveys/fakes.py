"""A classifier that knows colours, so that tests know what it will say."""

import numpy as np
import numpy.typing as npt

from core.classification import Examination, ModelManifest, PhotoClassifier
from core.imagery import SIMULATED_SOFTWARE
from core.observations import CATEGORY_CODES
from tests.core.imagery.photo_files import (
    ASCII,
    RATIONAL,
    encoded,
    exif_block,
    gps_tags,
    tag,
)

RED, GREEN, BLUE, GREY = (200, 0, 0), (0, 200, 0), (0, 0, 200), (120, 120, 120)
#: What the classifier says of a flat picture, and how sure it is.
SAYS = {RED: ("plastic", 0.9), GREEN: ("biota", 0.8), BLUE: ("clean", 0.95)}


class ColourClassifier(PhotoClassifier):
    """Red is plastic, green is biota, blue is clean, anything else a weak guess."""

    def __init__(self) -> None:
        # No network: the interpreters of the real one are never made.
        self.manifest = ModelManifest(
            name="colours",
            version=1,
            categories=CATEGORY_CODES,
            input_px=32,
            temperature=1.0,
            low_confidence=0.5,
            prediction_file="",
            files=(),
            content={},
        )
        self.threads = 1
        self.n_seen = 0

    def examine(self, photo: npt.NDArray[np.uint8]) -> Examination:
        self.n_seen += 1
        mean = photo.reshape(-1, 3).mean(axis=0)
        code, confidence = "metal", 0.3
        for colour, said in SAYS.items():
            if np.abs(mean - colour).max() < 30:
                code, confidence = said
        rest = (1 - confidence) / (len(self.categories) - 1)
        out = np.full(len(self.categories), rest)
        out[self.categories.index(code)] = confidence
        return Examination(probabilities=out)


def photo_file(
    colour,
    *,
    number=0,
    placed=True,
    timed=True,
    lat_deg=31,
    size=(40, 30),
    simulated=False,
    camera=(),
    height=(),
) -> bytes:
    """A flat photo; ``number`` moves it by that many seconds of arc and time.

    ``camera`` and ``height`` are further EXIF and GPS entries.
    """
    from PIL import Image

    times = [
        tag(0x9003, ASCII, f"2025:06:01 12:{number // 60:02d}:{number % 60:02d}"),
        tag(0x9011, ASCII, "+00:00"),
    ]
    lat = ((lat_deg, 1), (number // 60, 1), (number % 60, 1))
    block = exif_block(
        image=[tag(0x0131, ASCII, SIMULATED_SOFTWARE)] if simulated else None,
        exif=[*(times if timed else []), *camera],
        gps=gps_tags(lat=lat, more=list(height)) if placed else None,
    )
    return encoded(Image.new("RGB", size, colour), exif=block)


__all__ = ["RATIONAL", "ColourClassifier", "photo_file"]
