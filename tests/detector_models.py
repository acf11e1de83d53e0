"""A detector of coloured squares, deployed for a test, and photos for it.

``tests/core/detection/make_colour_detector.py`` says what its network does.
"""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

MODEL_FILE = Path(__file__).parent / "core" / "detection" / "colour_detector.tflite"
SIDE_PX = 64
CATEGORIES = ("plastic", "metal", "wood")
COLOURS = {"plastic": (255, 0, 0), "metal": (0, 0, 255), "wood": (0, 255, 0)}
GREY = (110, 110, 110)


def manifest_of(model, *, categories=CATEGORIES, side_px=SIDE_PX, **detector):
    """The manifest of a detector with this model file."""
    return {
        "format": 1,
        "kind": "detector",
        "name": "debris_detector",
        "version": 1,
        "categories": list(categories),
        "input": {"side_px": side_px},
        "calibration": {"temperature": 1.0},
        "thresholds": {"low_confidence": 0.3},
        "prediction_file": "model.tflite",
        "files": {
            "model.tflite": {
                "sha256": hashlib.sha256(model).hexdigest(),
                "bytes": len(model),
            }
        },
        "detector": {"input_px": side_px, "score_threshold": 0.3} | detector,
    }


def deploy(models_dir, *, manifest=None, **detector):
    """Deploy the colour detector; returns its folder."""
    folder = models_dir / "debris_detector" / "1"
    folder.mkdir(parents=True)
    model = MODEL_FILE.read_bytes()
    (folder / "model.tflite").write_bytes(model)
    content = manifest or manifest_of(model, **detector)
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder


def picture(width, height, *objects):
    """Grey pixels with squares: category, left, top, width, height each."""
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    pixels[:] = GREY
    for code, left, top, wide, high in objects:
        pixels[top : top + high, left : left + wide] = COLOURS[code]
    return pixels


def encoded(pixels, kind="PNG", **options):
    """The picture as a file's bytes."""
    out = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(out, kind, **options)
    return out.getvalue()
