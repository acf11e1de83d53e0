"""What a camera does to a picture: exposure, blur, vignette, noise, compression."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from core.simulation._noise import FloatArray

__all__ = ["photograph"]


def photograph(rgb: FloatArray, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Turn painted colours (0-255 float) into a photo as a phone would store it."""
    height, width = rgb.shape[:2]
    cast = rng.normal(1.0, 0.035, 3).astype(np.float32)
    picture = rgb * cast * np.float32(rng.uniform(0.82, 1.18))
    contrast = np.float32(rng.uniform(0.85, 1.12))
    picture = (picture - 110.0) * contrast + 110.0
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    picture *= (1.0 - np.float32(rng.uniform(0.0, 0.16)) * (x * x + y * y))[..., None]
    scale = max(height, width) / 320.0
    if rng.random() < 0.25:
        picture = _shaken(picture, rng, length=rng.uniform(1.5, 4.0) * scale)
    sigma = float(rng.choice([0.0, rng.uniform(0.3, 0.7), rng.uniform(0.6, 1.1)]))
    if sigma > 0:
        picture = ndimage.gaussian_filter(picture, (sigma * scale, sigma * scale, 0))
    grain = rng.standard_normal((height, width, 1), dtype=np.float32)
    speckle = rng.standard_normal((height, width, 3), dtype=np.float32)
    picture = picture + grain * np.float32(rng.uniform(0.5, 3.5)) + speckle
    stored = np.clip(picture, 0, 255).astype(np.uint8)
    return _compressed(stored, quality=int(rng.integers(55, 94)))


def _shaken(
    picture: FloatArray, rng: np.random.Generator, *, length: float
) -> FloatArray:
    """Blur along one direction, as from a moving deck."""
    angle = rng.uniform(0, np.pi)
    steps = 5
    total = np.zeros_like(picture)
    for at in np.linspace(-0.5, 0.5, steps):
        dy = round(at * length * np.sin(angle))
        dx = round(at * length * np.cos(angle))
        total += ndimage.shift(picture, (dy, dx, 0), order=0, mode="nearest")
    return np.asarray(total / steps, dtype=np.float32)


def _compressed(
    pixels: npt.NDArray[np.uint8], *, quality: int
) -> npt.NDArray[np.uint8]:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    with Image.open(io.BytesIO(buffer.getvalue())) as photo:
        return np.asarray(photo.convert("RGB"), dtype=np.uint8)
