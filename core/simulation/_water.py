"""The sea surface: waves, sky reflection, sun glint, foam and haze.

A picture for tests and demonstration, not a radiometric model: wave slopes come
from a sum of sine waves about a wind direction, colour from Schlick's approximation
of Fresnel reflection between a water colour and a sky colour.

References
----------
.. [1] C. Schlick, "An inexpensive BRDF model for physically-based rendering",
   Computer Graphics Forum 13 (1994) 233-246.
"""

from dataclasses import dataclass

import numpy as np

from core.simulation._noise import (
    FloatArray,
    blurred,
    fractal,
    smooth_noise,
    smoothstep,
)

__all__ = ["Scene", "paint_water"]

#: Water and sky colours, 0-255; assumptions chosen by eye from published photos.
_WATER = (
    (14, 58, 96),
    (10, 76, 112),
    (22, 88, 104),
    (34, 84, 84),
    (46, 82, 74),
    (52, 66, 78),
    (16, 44, 70),
    (30, 112, 126),
)
_SKY = (
    (176, 206, 232),
    (150, 186, 222),
    (206, 214, 220),
    (186, 190, 196),
    (228, 206, 184),
)


@dataclass(frozen=True)
class Scene:
    """A painted surface and what an object floating on it needs to know."""

    rgb: FloatArray
    height: FloatArray
    water: FloatArray
    light: tuple[float, float, float]
    obliqueness: float
    sunshine: float


def paint_water(
    rng: np.random.Generator, *, width: int, height: int, foam: float
) -> Scene:
    """Paint open water seen from a deck or a drone.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of every choice.
    width, height : int
        Size in pixels.
    foam : float
        Share of the picture that may carry foam, 0 to 1.

    Returns
    -------
    Scene
        Colours as float32 0-255 of shape (height, width, 3), and the light.
    """
    shape = (height, width)
    oblique = float(rng.choice([rng.uniform(0.0, 0.25), rng.uniform(0.3, 0.72)]))
    x, y, depth = _ground(width, height, oblique)
    wind = rng.uniform(0.0, np.pi)
    roughness = rng.uniform(0.35, 1.0)
    slope_x, slope_y, surface = _waves(rng, x, y, wind=wind, roughness=roughness)

    sun_azimuth = rng.uniform(0.0, 2.0 * np.pi)
    sun_height = rng.uniform(0.5, 1.25)
    light = (
        float(np.cos(sun_azimuth) * np.cos(sun_height)),
        float(np.sin(sun_azimuth) * np.cos(sun_height)),
        float(np.sin(sun_height)),
    )
    sunshine = float(rng.choice([rng.uniform(0.0, 0.25), rng.uniform(0.5, 1.0)]))

    water: FloatArray = np.array(_WATER[rng.integers(len(_WATER))], dtype=np.float32)
    water = water * np.float32(rng.uniform(0.75, 1.35)) + rng.normal(0, 5, 3)
    water = np.clip(water, 4, 200).astype(np.float32)
    sky = np.array(_SKY[rng.integers(len(_SKY))], dtype=np.float32)
    rgb = _shade(
        (slope_x, slope_y, surface),
        water=water,
        sky=sky,
        light=light,
        sunshine=sunshine,
        oblique=oblique,
        down=depth,
    )
    # Swell, turbidity and passing clouds: broad patches of light and colour.
    patches = fractal(rng, shape, (2, 2.5), octaves=2)
    rgb *= 1.0 + np.float32(rng.uniform(0.05, 0.16)) * patches[..., None]
    tint = rng.normal(0.0, 5.0, 3).astype(np.float32)
    rgb += smooth_noise(rng, shape, (2, 2))[..., None] * tint
    if foam > 0:
        rgb = _foam(rng, rgb, x, y, wind=wind, surface=surface, share=foam)
    if oblique > 0.3:
        haze = np.float32(rng.uniform(0.0, 0.45)) * depth[..., None] ** 2
        rgb = rgb * (1.0 - haze) + sky * haze
    return Scene(
        rgb=rgb.astype(np.float32),
        height=surface,
        water=water,
        light=light,
        obliqueness=oblique,
        sunshine=sunshine,
    )


def _ground(
    width: int, height: int, oblique: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coordinates on the sea of every pixel, and how far up the picture it lies."""
    up = np.linspace(1.0, 0.0, height, dtype=np.float32)[:, None]
    across = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]
    stretch = 1.0 / (1.0 - np.float32(oblique) * up)
    x = across * stretch * (width / height)
    y = np.broadcast_to(up * stretch, (height, width))
    depth = np.broadcast_to(up, (height, width))
    return x.astype(np.float32), y.astype(np.float32), depth.astype(np.float32)


def _waves(
    rng: np.random.Generator,
    x: FloatArray,
    y: FloatArray,
    *,
    wind: float,
    roughness: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Slopes and height of a sum of waves about the wind direction."""
    shape = (x.shape[0], x.shape[1])
    # Bent coordinates break up the regularity of plane waves.
    warp_x = x + np.float32(0.05) * fractal(rng, shape, (4, 5), octaves=2)
    warp_y = y + np.float32(0.05) * fractal(rng, shape, (4, 5), octaves=2)
    slope_x = np.zeros(shape, dtype=np.float32)
    slope_y = np.zeros(shape, dtype=np.float32)
    surface = np.zeros(shape, dtype=np.float32)
    for wavelength in np.geomspace(0.55, 0.022, 20) * rng.uniform(0.7, 1.4):
        spread = 0.35 + 0.5 * (0.55 - wavelength)
        direction = wind + rng.normal(0.0, spread)
        k = 2.0 * np.pi / wavelength
        kx, ky = np.float32(k * np.cos(direction)), np.float32(k * np.sin(direction))
        phase = warp_x * kx + warp_y * ky + np.float32(rng.uniform(0, 2 * np.pi))
        steepness = np.float32(roughness * 0.075 * rng.uniform(0.5, 1.4))
        crest = np.sin(phase)
        # Sharper crests than troughs, as in a Stokes wave to second order.
        surface += (crest - 0.18 * np.cos(2.0 * phase)) * np.float32(wavelength)
        cos = np.cos(phase) * steepness
        slope_x += cos * np.float32(np.cos(direction))
        slope_y += cos * np.float32(np.sin(direction))
    fine = (shape[0] / 4.0, shape[1] / 4.0)
    slope_x += np.float32(0.05 * roughness) * smooth_noise(rng, shape, fine)
    slope_y += np.float32(0.05 * roughness) * smooth_noise(rng, shape, fine)
    surface /= np.float32(surface.std() + 1e-6)
    return slope_x, slope_y, surface


def _shade(
    waves: tuple[FloatArray, FloatArray, FloatArray],
    *,
    water: FloatArray,
    sky: FloatArray,
    light: tuple[float, float, float],
    sunshine: float,
    oblique: float,
    down: FloatArray,
) -> FloatArray:
    slope_x, slope_y, surface = waves
    norm = 1.0 / np.sqrt(1.0 + slope_x**2 + slope_y**2)
    nx, ny, nz = -slope_x * norm, -slope_y * norm, norm
    # The view leans towards the horizon as the picture goes up.
    lean = np.float32(0.25) + np.float32(oblique) * (0.45 + 0.6 * down)
    vy, vz = -np.sin(lean), np.cos(lean)
    facing = np.clip(ny * vy + nz * vz, 0.0, 1.0)
    fresnel = 0.03 + 0.97 * (1.0 - facing) ** 4
    diffuse = np.clip(nx * light[0] + ny * light[1] + nz * light[2], 0.0, 1.0)
    body = 0.62 + 0.5 * diffuse * (0.6 + 0.4 * sunshine) + 0.05 * surface
    rgb = water * body[..., None]
    rgb = rgb * (1.0 - fresnel[..., None]) + sky * fresnel[..., None]
    half = np.stack([light[0] + 0 * vy, light[1] + vy, light[2] + vz])
    half /= np.sqrt((half**2).sum(axis=0))
    aligned = np.clip(nx * half[0] + ny * half[1] + nz * half[2], 0.0, 1.0)
    glint = np.float32(sunshine) * (1.1 * aligned**260 + 0.22 * aligned**40)
    # A camera would have exposed for the glitter: keep it under an eighth of the light.
    glint *= min(1.0, 0.12 / (float(np.clip(glint, 0.0, 1.4).mean()) + 1e-6))
    warm = np.array([255.0, 250.0, 236.0], dtype=np.float32)
    rgb += warm * np.clip(glint, 0.0, 1.4)[..., None]
    return np.asarray(rgb, dtype=np.float32)


def _foam(
    rng: np.random.Generator,
    rgb: FloatArray,
    x: FloatArray,
    y: FloatArray,
    *,
    wind: float,
    surface: FloatArray,
    share: float,
) -> FloatArray:
    """Add windrows, whitecaps and the lace that breaking waves leave."""
    shape = (x.shape[0], x.shape[1])
    along = x * np.float32(np.cos(wind)) + y * np.float32(np.sin(wind))
    streak = np.sin(
        along * np.float32(rng.uniform(9, 20)) + 1.6 * smooth_noise(rng, shape, (4, 4))
    )
    lace = 1.0 - np.abs(fractal(rng, shape, (22, 28), octaves=3, gain=0.7))
    patch = fractal(rng, shape, (3, 4), octaves=2) + 0.45 * streak + 0.25 * surface
    reach = float(np.quantile(patch, 1.0 - share))
    cover: FloatArray = smoothstep(reach, reach + 0.6, patch) * smoothstep(
        0.55, 0.95, lace
    )
    cover = np.clip(cover + 0.25 * blurred(cover, 1.5), 0.0, 1.0)
    cover = blurred(cover, float(rng.uniform(0.0, 1.1)) * shape[0] / 240.0)
    cover = cover * np.float32(rng.uniform(0.5, 1.0))
    white = np.array([232.0, 238.0, 240.0], dtype=np.float32)
    return np.asarray(rgb * (1 - cover[..., None]) + white * cover[..., None])
