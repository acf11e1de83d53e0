"""Things that float: each painted in its own coordinates, as colour and cover.

``Frame`` gives for every pixel of a window the object's coordinates: ``u`` along its
long axis, ``v`` across, both about -1 to 1, and ``px``, the size of a pixel in these
units, so that edges are one pixel soft at any scale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.simulation._noise import FloatArray, fractal, smooth_noise, smoothstep

__all__ = ["Frame", "Painting", "paint_bottle", "paint_can", "paint_wood"]


@dataclass(frozen=True)
class Frame:
    """Object coordinates of a window of the picture."""

    u: FloatArray
    v: FloatArray
    px: float
    light_u: float
    light_v: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the window."""
        return (self.u.shape[0], self.u.shape[1])

    def cover(self, distance: FloatArray) -> FloatArray:
        """Share of a pixel inside a shape, from the signed distance to its edge."""
        return smoothstep(self.px, -self.px, distance)


@dataclass(frozen=True)
class Painting:
    """Colour 0-255 (rows, cols, 3) and opacity 0-1 (rows, cols) of an object."""

    rgb: FloatArray
    alpha: FloatArray


Painter = Callable[[Frame, np.random.Generator], Painting]


def _colour(*rgb: float) -> FloatArray:
    return np.array(rgb, dtype=np.float32)


def _pick(
    rng: np.random.Generator, colours: tuple[tuple[int, int, int], ...]
) -> FloatArray:
    chosen = np.array(colours[rng.integers(len(colours))], dtype=np.float32)
    return np.asarray(np.clip(chosen + rng.normal(0, 8, 3), 0, 255), dtype=np.float32)


def _mix(base: FloatArray, over: FloatArray, alpha: FloatArray) -> FloatArray:
    return np.asarray(base + (over - base) * alpha[..., None], dtype=np.float32)


def paint_bottle(frame: Frame, rng: np.random.Generator) -> Painting:
    """Drinks bottle: body, shoulder, neck, screw cap, label, highlights."""
    u, v = frame.u, frame.v
    body = float(rng.uniform(0.27, 0.34))
    neck = body * float(rng.uniform(0.34, 0.44))
    shoulder = float(rng.uniform(0.18, 0.3))
    radius = neck + (body - neck) * smoothstep(0.66, shoulder, u)
    radius = radius * smoothstep(-1.02, -0.9, u) ** 0.35
    if rng.random() < 0.6:  # ribs pressed into the wall
        ribs = 1.0 + 0.035 * np.sin(u * np.float32(rng.uniform(30, 44)))
        radius = np.where(u < shoulder, radius * ribs, radius).astype(np.float32)
    if rng.random() < 0.5:  # squeezed
        radius = radius * (1 + 0.08 * smooth_noise(rng, frame.shape, (3, 3)))
    radius = np.asarray(np.maximum(radius, 1e-3), dtype=np.float32)
    inside = frame.cover(np.maximum(np.abs(v) - radius, np.abs(u + 0.1) - 0.92))
    t = np.clip(v / radius, -1.0, 1.0)
    edge = np.abs(t) ** 4
    tint = _pick(
        rng,
        (
            (214, 228, 232),
            (200, 226, 236),
            (92, 158, 104),
            (96, 160, 204),
            (222, 222, 214),
        ),
    )
    opaque = rng.random() < 0.25
    side = np.float32(np.sign(frame.light_v) or 1.0)
    diffuse = 0.72 + 0.3 * t * side - 0.22 * edge
    rgb: FloatArray = tint * diffuse[..., None]
    alpha = 0.9 + 0 * t if opaque else 0.38 + 0.5 * edge
    for at, width, power in ((0.52, 0.09, 0.95), (-0.62, 0.06, 0.55), (0.2, 0.04, 0.4)):
        streak = np.exp(-(((t - at * side) / width) ** 2)) * power
        streak = streak * (0.75 + 0.35 * smooth_noise(rng, frame.shape, (9, 9)))
        streak = np.clip(streak, 0, 1).astype(np.float32)
        rgb = _mix(rgb, _colour(252, 253, 253), streak)
        alpha = np.maximum(alpha, streak)
    if rng.random() < 0.75:
        rgb, alpha = _label(frame, rng, t, rgb, alpha, side)
    cap_at = 0.8
    cap = frame.cover(np.maximum(np.abs(u - cap_at) - 0.095, np.abs(v) - neck * 1.22))
    ring = frame.cover(np.maximum(np.abs(u - 0.67) - 0.018, np.abs(v) - neck * 1.25))
    colour = _pick(
        rng,
        ((222, 40, 44), (30, 92, 190), (244, 244, 244), (22, 142, 72), (250, 160, 24)),
    )
    ridged = 0.86 + 0.25 * t * side + 0.1 * np.sin(v * 120.0)
    rgb = _mix(rgb, colour * ridged[..., None], np.maximum(cap, ring))
    alpha = np.maximum(alpha * inside, np.maximum(cap, ring))
    return Painting(rgb, np.clip(alpha, 0, 1).astype(np.float32))


def _label(
    frame: Frame,
    rng: np.random.Generator,
    t: FloatArray,
    rgb: FloatArray,
    alpha: FloatArray,
    side: np.float32,
) -> tuple[FloatArray, FloatArray]:
    centre, half = rng.uniform(-0.4, -0.2), rng.uniform(0.16, 0.26)
    torn = 0.03 * smooth_noise(rng, frame.shape, (7, 7))
    band = frame.cover(np.abs(frame.u - np.float32(centre)) - np.float32(half) + torn)
    paper = _pick(
        rng,
        ((208, 38, 46), (36, 96, 178), (240, 240, 236), (44, 150, 90), (246, 196, 40)),
    )
    ink = _pick(rng, ((250, 250, 250), (30, 40, 90), (200, 30, 40), (250, 210, 60)))
    print_ = np.sin(frame.u * rng.uniform(18, 30) + 3 * t * t) * np.cos(t * 4.0)
    printed = _mix(
        np.broadcast_to(paper, rgb.shape), ink, smoothstep(0.2, 0.45, print_)
    )
    printed = printed * (0.82 + 0.24 * t * side - 0.2 * np.abs(t) ** 4)[..., None]
    return _mix(rgb, printed, band), np.maximum(alpha, band * 0.96)


def paint_can(frame: Frame, rng: np.random.Generator) -> Painting:
    """Drinks can: printed metal wall, necked rim, lid with its tab."""
    u, v = frame.u, frame.v
    radius0 = float(rng.uniform(0.4, 0.48))
    squash = float(rng.uniform(0.16, 0.36))  # how far the lid turns to the camera
    lid_at, base_at = 0.72, -0.78
    bulge = squash * np.sqrt(np.clip(1 - (v / radius0) ** 2, 0, 1))
    taper = 1.0 - 0.13 * smoothstep(lid_at - 0.12, lid_at, u)
    taper -= 0.1 * smoothstep(base_at + 0.1, base_at - 0.05, u)
    radius = (radius0 * taper).astype(np.float32)
    if rng.random() < 0.5:  # dented
        radius = radius * (1 + 0.1 * smooth_noise(rng, frame.shape, (3, 4)))
    wall = np.maximum(
        np.abs(v) - radius, np.maximum(u - lid_at, base_at - bulge * 0.6 - u)
    )
    inside = frame.cover(wall.astype(np.float32))
    t = np.clip(v / np.maximum(radius, 1e-3), -1, 1)
    side = np.float32(np.sign(frame.light_v) or 1.0)
    bands = (
        0.62
        + 0.42 * np.exp(-(((t - 0.45 * side) / 0.2) ** 2))
        + 0.22 * np.exp(-(((t + 0.6 * side) / 0.12) ** 2))
        - 0.42 * np.abs(t) ** 5
        - 0.12 * np.exp(-(((t - 0.02) / 0.16) ** 2))
    )
    metal = _colour(206, 208, 212)
    rgb: FloatArray = metal * bands[..., None]
    if rng.random() < 0.72:
        paint = _pick(
            rng,
            ((196, 22, 36), (24, 70, 160), (20, 122, 70), (30, 30, 34), (238, 160, 30)),
        )
        mark = _pick(rng, ((240, 240, 240), (216, 218, 222), (250, 210, 60)))
        swirl = np.sin(
            u * rng.uniform(3, 6) + t * rng.uniform(-3, 3) + rng.uniform(0, 6)
        )
        print_ = _mix(
            np.broadcast_to(paint, rgb.shape), mark, smoothstep(0.55, 0.7, swirl)
        )
        printed = smoothstep(0.03, 0.0, np.abs(u + 0.05) - 0.6)
        rgb = _mix(rgb, print_ * (bands * 1.05)[..., None], printed)
    else:
        grain = smooth_noise(rng, frame.shape, (60, 60)) * 9
        rgb = rgb + grain[..., None]
        rust = smoothstep(0.25, 0.7, fractal(rng, frame.shape, (5, 5)))
        rgb = _mix(rgb, _colour(132, 74, 40), rust * np.float32(rng.uniform(0, 0.8)))
    rgb = _mix(
        rgb, _colour(255, 255, 255), 0.85 * np.exp(-(((t - 0.48 * side) / 0.05) ** 2))
    )
    rgb, lid = _lid(frame, rng, rgb, at=lid_at, radius=radius0 * 0.87, squash=squash)
    alpha = np.maximum(inside, lid)
    return Painting(np.asarray(rgb, dtype=np.float32), alpha)


def _lid(
    frame: Frame,
    rng: np.random.Generator,
    rgb: FloatArray,
    *,
    at: float,
    radius: float,
    squash: float,
) -> tuple[FloatArray, FloatArray]:
    """Elliptic end of a can: bright rim, sunken panel, tab and mouth."""
    x = (frame.u - np.float32(at)) / np.float32(squash * 0.9)
    y = frame.v / np.float32(radius)
    r = np.sqrt(x * x + y * y)
    soft = frame.px / (squash * 0.9)
    lid = smoothstep(1 + soft, 1 - soft, r)
    angle = np.arctan2(y, x)
    sheen = 176 + 46 * np.cos(2 * angle + rng.uniform(0, 6)) + 14 * np.cos(5 * angle)
    panel = np.where(r > 0.9, sheen + 46, np.where(r > 0.78, sheen - 82, sheen))
    tab = np.maximum(np.abs(x + 0.05) / 0.42, np.abs(y) / 0.2)
    mouth = ((x - 0.48) / 0.3) ** 2 + (y / 0.34) ** 2
    if rng.random() < 0.7:
        panel = np.where(mouth < 1, 34, panel)
    panel = np.where(tab < 1, 226, panel)
    panel = np.where(np.abs(tab - 1) < 0.16, 110, panel)
    face = np.repeat(np.clip(panel, 0, 255)[..., None], 3, axis=2).astype(np.float32)
    return _mix(rgb, face, lid), lid


def paint_wood(frame: Frame, rng: np.random.Generator) -> Painting:
    """Driftwood: a bent, forked limb with bark or bleached grain and a broken end."""
    u, v = frame.u, frame.v
    bark = rng.random() < 0.55
    base = _pick(
        rng,
        ((104, 74, 50), (84, 62, 46), (122, 92, 62))
        if bark
        else ((166, 146, 118), (178, 164, 142), (148, 122, 92)),
    )
    bend = rng.normal(0, 0.12)
    limbs = [_limb((-0.95, -bend), (0.0, bend), (0.95, -bend / 2), 0.17, 0.075)]
    for _ in range(int(rng.integers(2, 5))):
        at = rng.uniform(-0.4, 0.6)
        turn = rng.choice([-1.0, 1.0]) * rng.uniform(0.45, 0.95)
        reach = rng.uniform(0.3, 0.62)
        start = (at, bend * (1 - at * at))
        middle = (
            at + 0.5 * reach * np.cos(turn),
            start[1] + 0.5 * reach * np.sin(turn),
        )
        end = (at + reach * np.cos(turn * 0.8), start[1] + reach * np.sin(turn * 1.15))
        limbs.append(_limb(start, middle, end, rng.uniform(0.055, 0.085), 0.025))
    rgb = np.broadcast_to(base * np.float32(0.7), (*frame.shape, 3))
    alpha = np.zeros(frame.shape, dtype=np.float32)
    grain_long = fractal(rng, frame.shape, (14, 14), octaves=3, gain=0.7)
    side = np.float32(np.sign(frame.light_v) or 1.0)
    rough = 0.022 * fractal(rng, frame.shape, (18, 18), octaves=2)
    for limb in reversed(limbs):
        for (x0, y0, r0), (x1, y1, r1) in pairwise(limb):
            dx, dy = x1 - x0, y1 - y0
            length = float(np.hypot(dx, dy)) + 1e-6
            s = np.clip(((u - x0) * dx + (v - y0) * dy) / length**2, 0, 1)
            across = ((v - y0) * dx - (u - x0) * dy) / length
            radius = r0 + (r1 - r0) * s
            distance = np.hypot(u - x0 - s * dx, v - y0 - s * dy) - radius + rough
            cover = frame.cover(distance.astype(np.float32))
            t = np.clip(across / radius, -1, 1)
            furrow = np.sin(t * 9.0 + 4.0 * grain_long + 14 * s * length)
            shade = 0.85 + 0.36 * t * side - 0.32 * t * t
            shade = shade + (0.22 if bark else 0.12) * furrow * (1 - t * t)
            shade = shade + 0.14 * grain_long
            rgb = _mix(rgb, base * np.clip(shade, 0.15, 1.6)[..., None], cover)
            alpha = np.maximum(alpha, cover)
    x = (u + 0.95) / 0.07
    y = (v + bend) / 0.15
    r = np.sqrt(x * x + y * y) + 0.12 * grain_long
    rings = 0.9 + 0.16 * np.sin(r * 16)
    cut = smoothstep(1.1, 0.9, r)
    rgb = _mix(rgb, _colour(206, 176, 132) * rings[..., None], cut)
    return Painting(rgb, np.maximum(alpha, cut))


def _limb(
    start: tuple[float, float],
    middle: tuple[float, float],
    end: tuple[float, float],
    thick: float,
    thin: float,
) -> list[tuple[float, float, float]]:
    """Points and radii along a quadratic curve."""
    points = []
    for s in np.linspace(0, 1, 6):
        a, b, c = (1 - s) ** 2, 2 * s * (1 - s), s * s
        points.append(
            (
                float(a * start[0] + b * middle[0] + c * end[0]),
                float(a * start[1] + b * middle[1] + c * end[1]),
                float(thick + (thin - thick) * s),
            )
        )
    return points
