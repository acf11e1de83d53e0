"""Smooth random fields on a pixel grid, the raw material of every texture."""

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

__all__ = ["FloatArray", "blurred", "fractal", "smooth_noise", "smoothstep"]

#: Pictures are float32; a few steps widen to float64 on the way.
FloatArray = npt.NDArray[np.floating]


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[float, float]
) -> FloatArray:
    """Random field in [-1, 1] with about ``cells`` bumps down and across."""
    rows, cols = (max(2, round(n)) + 3 for n in cells)
    lattice = Image.fromarray(rng.uniform(-1.0, 1.0, (rows, cols)).astype(np.float32))
    # Pillow interpolates on one thread; a matrix product would fight for cores.
    wide = lattice.resize(
        (shape[1], shape[0]),
        Image.Resampling.BICUBIC,
        box=(1.5, 1.5, cols - 1.5, rows - 1.5),
    )
    return np.asarray(wide, dtype=np.float32)


def fractal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cells: tuple[float, float],
    *,
    octaves: int = 3,
    gain: float = 0.5,
) -> FloatArray:
    """Sum of smooth fields, each twice as fine and ``gain`` times as strong."""
    total = np.zeros(shape, dtype=np.float32)
    weight = 1.0
    for octave in range(octaves):
        scale = 2.0**octave
        total += np.float32(weight) * smooth_noise(
            rng, shape, (cells[0] * scale, cells[1] * scale)
        )
        weight *= gain
    return total


def smoothstep(low: float, high: float, x: FloatArray) -> FloatArray:
    """0 below ``low``, 1 above ``high``, a smooth ramp between (or falling)."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), dtype=np.float32)


def blurred(field: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur with the edge continued."""
    return np.asarray(
        ndimage.gaussian_filter(field, sigma, mode="nearest"), dtype=np.float32
    )
