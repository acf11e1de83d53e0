"""Photos of things on the sea surface, painted from numbers; every one simulated.

They stand in for survey photos in the demo, in tests, and as a source of varied
water in training. They are no substitute for real photos when a model is judged.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.simulation._camera import photograph
from core.simulation._noise import FloatArray, blurred, smooth_noise, smoothstep
from core.simulation._objects import (
    Frame,
    Painter,
    paint_bottle,
    paint_can,
    paint_wood,
)
from core.simulation._soft_objects import paint_bag, paint_net, paint_seaweed
from core.simulation._water import Scene, paint_water

__all__ = ["RENDER_KINDS", "render_photo"]

#: What can be painted, and the photo category it belongs to.
RENDER_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "bottle": "plastic",
        "bag": "plastic",
        "net": "fishing_gear",
        "can": "metal",
        "driftwood": "wood",
        "seaweed": "biota",
        "empty": "clean",
    }
)

_PAINTERS: Mapping[str, Painter] = MappingProxyType(
    {
        "bottle": paint_bottle,
        "bag": paint_bag,
        "net": paint_net,
        "can": paint_can,
        "driftwood": paint_wood,
        "seaweed": paint_seaweed,
    }
)
#: Half length of the object as a share of the picture's short side, low and high.
_SCALE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "bottle": (0.2, 0.46),
        "bag": (0.2, 0.44),
        "net": (0.32, 0.58),
        "can": (0.16, 0.36),
        "driftwood": (0.26, 0.52),
        "seaweed": (0.28, 0.56),
    }
)
#: Most of the object that may lie under water; film, nets and weed lie awash.
_SUNK: Mapping[str, float] = MappingProxyType(
    {
        "bottle": 0.45,
        "bag": 0.55,
        "net": 0.45,
        "can": 0.4,
        "driftwood": 0.4,
        "seaweed": 0.5,
    }
)
_MIN_SIZE_PX = 32
_MAX_SIZE_PX = 2048


def render_photo(kind: str, *, seed: int, size_px: int = 320) -> npt.NDArray[np.uint8]:
    """Paint one simulated survey photo.

    Parameters
    ----------
    kind : str
        A key of `RENDER_KINDS`.
    seed : int
        Zero or more; the same kind, seed and size give the same photo.
    size_px : int, default 320
        The longer side, 32 to 2048; the photo is 4:3, 1:1 or 3:4.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
        RGB.

    Raises
    ------
    InputError
        If the kind is unknown or the size or seed out of range.
    """
    if kind not in RENDER_KINDS:
        known = ", ".join(RENDER_KINDS)
        raise InputError(f"unknown kind of photo {kind!r}; known: {known}")
    if not _MIN_SIZE_PX <= size_px <= _MAX_SIZE_PX:
        raise InputError(f"size_px {size_px} outside [{_MIN_SIZE_PX}, {_MAX_SIZE_PX}]")
    if seed < 0:
        raise InputError(f"seed {seed} is negative")
    rng = np.random.default_rng([seed, list(RENDER_KINDS).index(kind)])
    ratio = float(rng.choice([4 / 3, 4 / 3, 4 / 3, 1.0, 3 / 4]))
    width = size_px if ratio >= 1 else round(size_px * ratio)
    height = round(size_px / ratio) if ratio >= 1 else size_px
    foam = float(rng.choice([0.0, rng.uniform(0.02, 0.1), rng.uniform(0.1, 0.3)]))
    scene = paint_water(rng, width=width, height=height, foam=foam)
    rgb = scene.rgb
    if kind in _PAINTERS:
        rgb = _float_object(kind, scene, rng)
    return photograph(rgb, rng)


def _float_object(kind: str, scene: Scene, rng: np.random.Generator) -> FloatArray:
    """Lay an object on the water: shadow, waterline, wet part, ripples about it."""
    height, width = scene.rgb.shape[:2]
    short = min(height, width)
    half = rng.uniform(*_SCALE[kind]) * short
    margin = 0.8 * half
    centre_x = rng.uniform(min(margin, width / 2), max(width - margin, width / 2))
    centre_y = rng.uniform(min(margin, height / 2), max(height - margin, height / 2))
    turn = rng.uniform(0, 2 * np.pi)
    flatten = 1.0 - 0.42 * scene.obliqueness

    reach = 1.3 * half
    left, right = max(0, int(centre_x - reach)), min(width, int(centre_x + reach) + 1)
    top, bottom = max(0, int(centre_y - reach)), min(height, int(centre_y + reach) + 1)
    x = (np.arange(left, right, dtype=np.float32) - np.float32(centre_x)) / np.float32(
        half
    )
    y = (np.arange(top, bottom, dtype=np.float32) - np.float32(centre_y)) / np.float32(
        half * flatten
    )
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    frame = Frame(
        u=(x[None, :] * cos + y[:, None] * sin).astype(np.float32),
        v=(-x[None, :] * sin + y[:, None] * cos).astype(np.float32),
        px=float(1.0 / half),
        light_u=float(scene.light[0] * cos - scene.light[1] * sin),
        light_v=float(-scene.light[0] * sin - scene.light[1] * cos),
    )
    painting = _PAINTERS[kind](frame, rng)

    out = scene.rgb.copy()
    window = (slice(top, bottom), slice(left, right))
    water = out[window]
    swell = scene.height[window]
    alpha = painting.alpha
    # Shadow and the darker water close to the object.
    down, right_by = round(0.09 * half), round(0.07 * half)
    shadow = np.zeros_like(alpha)
    shadow[down:, right_by:] = alpha[
        : alpha.shape[0] - down, : alpha.shape[1] - right_by
    ]
    shadow = blurred(shadow, max(1.0, 0.06 * half)) * np.float32(
        0.2 + 0.3 * scene.sunshine
    )
    water = water * (1.0 - shadow[..., None])
    # Ripples and a little foam along the edge.
    ring = np.clip(blurred(alpha, max(1.0, 0.05 * half)) - alpha, 0, 1)
    ripple = 0.5 + smooth_noise(rng, frame.shape, (14, 14))
    bright = np.clip(ring * ripple, 0, 1) * np.float32(rng.uniform(0.3, 1.1))
    water = water + (225.0 - water) * np.clip(bright, 0, 0.8)[..., None]
    # Waterline: a tilted plane that the waves push about.
    tilt = rng.uniform(0, 2 * np.pi)
    depth = frame.u * np.float32(np.cos(tilt)) + frame.v * np.float32(np.sin(tilt))
    sunk = rng.uniform(0.0, _SUNK[kind])
    level = float(np.quantile(depth[alpha > 0.3], 1.0 - sunk)) if sunk > 0.02 else 9.0
    under = smoothstep(-0.07, 0.12, depth - level + 0.07 * swell)
    lap = np.exp(-(((depth - level + 0.07 * swell) / 0.035) ** 2)) * (alpha > 0.2)
    murk = np.float32(rng.uniform(0.5, 0.8))
    ambient = 0.8 + 0.25 * scene.sunshine
    body = painting.rgb * np.float32(ambient)
    wet = body * (1 - murk) + scene.water * 1.1 * murk
    body = body + (wet - body) * under[..., None]
    body = body + (235.0 - body) * (0.5 * lap)[..., None]
    # Glints of the surface still lie over what is under water.
    cover = (alpha * (1.0 - 0.35 * under))[..., None]
    out[window] = water * (1 - cover) + body * cover
    return out
