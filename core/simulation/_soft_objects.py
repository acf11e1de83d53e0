"""Limp things that float: film, netting, seaweed."""

import numpy as np
from PIL import Image, ImageDraw
from scipy.spatial import cKDTree

from core.simulation._noise import (
    FloatArray,
    blurred,
    fractal,
    smooth_noise,
    smoothstep,
)
from core.simulation._objects import Frame, Painting, _colour, _mix, _pick

__all__ = ["paint_bag", "paint_net", "paint_seaweed"]


def paint_bag(frame: Frame, rng: np.random.Generator) -> Painting:
    """Carrier bag: a crumpled translucent film with handles."""
    shape = frame.shape
    u = frame.u + 0.12 * fractal(rng, shape, (4, 4), octaves=3)
    v = frame.v + 0.12 * fractal(rng, shape, (4, 4), octaves=3)
    wide = float(rng.uniform(0.5, 0.68))
    body = _box(u + 0.18, v, 0.66, wide) - 0.06
    distance = body
    if rng.random() < 0.8:
        for offset in (-0.3, 0.3):
            loop_u, loop_v = u - 0.6, v - np.float32(offset * wide / 0.6)
            loop = np.sqrt((loop_u / 1.5) ** 2 + loop_v**2)
            distance = np.minimum(distance, np.abs(loop - 0.17) - 0.055)
    distance = distance + 0.03 * fractal(rng, shape, (9, 9), octaves=2)
    cover = frame.cover(distance.astype(np.float32))
    # Facets: each cell of a Voronoi mosaic is a flat piece with its own tilt.
    n = 110
    seeds = rng.uniform(-1.1, 1.1, (n, 2))
    stretch = np.array([rng.uniform(0.35, 0.6), 1.0])
    query = np.column_stack([u.ravel(), v.ravel()]) * stretch
    near, cell = cKDTree(seeds * stretch).query(query, k=2)
    ridge = np.asarray(near[:, 1] - near[:, 0], dtype=np.float32).reshape(shape)
    tilt = rng.normal(0, 0.75, (n, 2)).astype(np.float32)
    facet = tilt[cell[:, 0]].reshape(*shape, 2)
    lit = facet[..., 0] * frame.light_u + facet[..., 1] * frame.light_v
    lit = blurred(lit.astype(np.float32), 0.016 / frame.px)
    lit += 0.35 * fractal(rng, shape, (14, 14), octaves=2)
    crease = np.exp(-((ridge / 0.014) ** 2))
    # Only some folds catch the light, and not along their whole length.
    crease = crease * smoothstep(-0.1, 0.7, fractal(rng, shape, (7, 7), octaves=2))
    film = _pick(
        rng,
        ((236, 240, 242), (236, 240, 242), (214, 226, 236), (120, 172, 220),
         (236, 216, 120), (226, 120, 120), (52, 54, 58), (150, 206, 160)),
    )  # fmt: skip
    shade = np.clip(0.82 + 0.24 * lit, 0.35, 1.25)
    rgb = film * shade[..., None]
    gleam = np.clip(0.45 * crease + 0.9 * smoothstep(0.7, 1.2, lit), 0, 1)
    rgb = _mix(rgb, _colour(255, 255, 255), gleam)
    alpha = 0.6 + 0.2 * np.abs(lit) + 0.3 * crease
    rim = np.exp(-((distance / 0.03) ** 2))
    alpha = np.clip(alpha + 0.35 * rim, 0.3, 0.95) * cover
    if rng.random() < 0.4:
        logo = frame.cover((np.hypot(u + 0.2, v) - 0.26).astype(np.float32))
        ink = _pick(rng, ((206, 40, 44), (40, 90, 180), (30, 140, 80)))
        rgb = _mix(rgb, ink * shade[..., None], 0.75 * logo)
    return Painting(rgb, alpha.astype(np.float32))


def _box(x: FloatArray, y: FloatArray, half_x: float, half_y: float) -> FloatArray:
    dx, dy = np.abs(x) - half_x + 0.1, np.abs(y) - half_y + 0.1
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    return np.asarray(outside + np.minimum(np.maximum(dx, dy), 0) - 0.1)


def paint_net(frame: Frame, rng: np.random.Generator) -> Painting:
    """Lost net: layers of bent mesh, a head rope and floats."""
    shape = frame.shape
    twine = _pick(
        rng,
        ((42, 128, 96), (36, 108, 128), (58, 134, 62), (206, 104, 44),
         (60, 88, 156), (172, 164, 132), (44, 52, 56)),
    )  # fmt: skip
    edge = np.hypot(frame.u / 0.95, frame.v / np.float32(rng.uniform(0.55, 0.85)))
    edge = edge + 0.26 * fractal(rng, shape, (4, 4), octaves=2)
    rgb = np.zeros((*shape, 3), dtype=np.float32)
    alpha = np.zeros(shape, dtype=np.float32)
    for layer, reach in enumerate((1.0, 0.74, 0.5)):
        inside = smoothstep(reach + 0.04, reach - 0.04, edge)
        warp = 0.16 + 0.12 * layer
        a = frame.u + warp * fractal(rng, shape, (3, 3), octaves=2)
        b = frame.v + warp * fractal(rng, shape, (3, 3), octaves=2)
        pitch = float(max(rng.uniform(0.085, 0.13), 7.0 * frame.px))
        half = max(0.017, 0.8 * frame.px)
        mesh = np.zeros(shape, dtype=np.float32)
        for line in (a + b, a - b):
            gap = np.abs((line / pitch + 0.5) % 1.0 - 0.5) * pitch * 0.75
            mesh = np.maximum(mesh, smoothstep(half + frame.px, half - frame.px, gap))
        knots = np.abs((a + b) / pitch % 1 - 0.5) + np.abs((a - b) / pitch % 1 - 0.5)
        light = 0.62 + 0.2 * layer + 0.3 * smoothstep(0.8, 0.95, knots)
        light = light + 0.18 * smooth_noise(rng, shape, (8, 8))
        rgb = _mix(rgb, twine * light[..., None], np.maximum(mesh, 0.0))
        # Bunched netting hides the water between its meshes.
        alpha = np.maximum(alpha, inside * np.maximum(mesh * 0.97, 0.16 + 0.14 * layer))
        rgb = np.where(
            (alpha > 0)[..., None]
            & (mesh < 0.05)[..., None]
            & (rgb.sum(axis=2) == 0)[..., None],
            twine * 0.35,
            rgb,
        )
    rope = _pick(rng, ((230, 200, 90), (44, 120, 196), (232, 232, 222), (214, 96, 40)))
    for _ in range(int(rng.integers(1, 3))):
        rgb, alpha = _rope(frame, rng, rgb, alpha, rope)
    buoy = _pick(
        rng,
        ((240, 110, 30), (236, 60, 40), (246, 240, 230), (250, 200, 40), (34, 36, 42)),
    )
    for _ in range(int(rng.integers(2, 6))):
        angle, out = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 0.85)
        rgb, alpha = _float(
            frame,
            rgb,
            alpha,
            buoy,
            at=(out * np.cos(angle), 0.75 * out * np.sin(angle)),
            radius=float(rng.uniform(0.085, 0.13)),
        )
    return Painting(rgb.astype(np.float32), alpha)


def _rope(
    frame: Frame,
    rng: np.random.Generator,
    rgb: FloatArray,
    alpha: FloatArray,
    colour: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Lay one twisted rope along a wandering line."""
    s = np.linspace(0, 1, 90)
    turn = np.cumsum(np.cumsum(rng.normal(0, 0.05, 90))) * 0.25 + rng.uniform(0, 6.3)
    x = np.cumsum(np.cos(turn)) * 0.022
    y = np.cumsum(np.sin(turn)) * 0.022
    x += rng.uniform(-0.2, 0.2) - x.mean()
    y += rng.uniform(-0.2, 0.2) - y.mean()
    tree = cKDTree(np.column_stack([x, y]))
    flat = np.column_stack([frame.u.ravel(), frame.v.ravel()])
    gap, index = tree.query(flat, distance_upper_bound=0.12)
    gap = np.where(np.isfinite(gap), gap, 9.0).reshape(frame.shape)
    along = s[np.minimum(index, 89)].reshape(frame.shape)
    radius = max(0.03, 1.3 * frame.px)
    cover = frame.cover((gap - radius).astype(np.float32))
    twist = 0.84 + 0.24 * np.sin(along * 220.0 + gap / radius * 1.5)
    twist = twist - 0.35 * (gap / radius) ** 2 * 0.6
    return (
        _mix(rgb, colour * np.clip(twist, 0.3, 1.2)[..., None], cover),
        np.maximum(alpha, cover),
    )


def _float(
    frame: Frame,
    rgb: FloatArray,
    alpha: FloatArray,
    colour: FloatArray,
    *,
    at: tuple[float, float],
    radius: float,
) -> tuple[FloatArray, FloatArray]:
    x = (frame.u - np.float32(at[0])) / np.float32(radius)
    y = (frame.v - np.float32(at[1])) / np.float32(radius)
    r2 = x * x + y * y
    z = np.sqrt(np.clip(1 - r2, 0, 1))
    lit = 0.5 + 0.5 * (x * frame.light_u + y * frame.light_v + z * 0.7)
    face = colour * np.clip(lit, 0.25, 1.1)[..., None]
    spot = np.exp(
        -(((x - 0.4 * frame.light_u) ** 2 + (y - 0.4 * frame.light_v) ** 2) / 0.06)
    )
    face = _mix(face, _colour(255, 255, 255), (0.8 * spot).astype(np.float32))
    cover = frame.cover(((np.sqrt(r2) - 1) * radius).astype(np.float32))
    return _mix(rgb, face, cover), np.maximum(alpha, cover)


def paint_seaweed(frame: Frame, rng: np.random.Generator) -> Painting:
    """Drifting seaweed: ribbons of kelp or a raft of leafy gulfweed."""
    rows, cols = frame.shape
    big = Image.new("RGBA", (cols * 2, rows * 2), (0, 0, 0, 0))
    draw = ImageDraw.Draw(big)
    palette = (
        ((150, 112, 34), (116, 84, 26), (186, 146, 54), (96, 78, 28))
        if rng.random() < 0.6
        else ((78, 88, 34), (104, 112, 44), (60, 66, 28), (132, 128, 54))
    )
    to_px = _window_map(frame)
    if rng.random() < 0.35:
        _kelp(draw, rng, palette, to_px, frame.px)
    else:
        _gulfweed(draw, rng, palette, to_px, frame.px)
    small = big.resize((cols, rows), Image.Resampling.BOX)
    pixels = np.asarray(small, dtype=np.float32)
    alpha = pixels[..., 3] / 255.0
    rgb = np.where(alpha[..., None] > 0, pixels[..., :3], 60.0)
    texture = 1.0 + 0.14 * fractal(rng, frame.shape, (16, 16), octaves=2)
    return Painting((rgb * texture[..., None]).astype(np.float32), alpha)


def _window_map(frame: Frame) -> FloatArray:
    """Affine map (2, 3) from object coordinates to pixels of the doubled window."""
    u, v = frame.u.astype(np.float64), frame.v.astype(np.float64)
    du = (u[0, 1] - u[0, 0], u[1, 0] - u[0, 0])
    dv = (v[0, 1] - v[0, 0], v[1, 0] - v[0, 0])
    inverse = np.linalg.inv(np.array([du, dv]))
    offset = -inverse @ np.array([u[0, 0], v[0, 0]])
    return np.asarray(np.column_stack([inverse, offset]) * 2.0, dtype=np.float32)


def _xy(
    to_px: FloatArray, points: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    array = np.array(points) @ to_px[:, :2].T + to_px[:, 2]
    return [(float(a), float(b)) for a, b in array]


def _gulfweed(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    palette: tuple[tuple[int, int, int], ...],
    to_px: FloatArray,
    px: float,
) -> None:
    """Many small branching sprigs with leaves and gas bladders, in clumps."""
    clumps = rng.normal(0, (0.4, 0.26), (int(rng.integers(3, 7)), 2))
    for _ in range(int(rng.integers(46, 76))):
        at = clumps[rng.integers(len(clumps))] + rng.normal(0, 0.17, 2)
        turn = rng.uniform(0, 2 * np.pi)
        stem = [(float(at[0]), float(at[1]))]
        light = rng.uniform(0.55, 1.25)
        for _step in range(5):
            turn += rng.normal(0, 0.4)
            x, y = stem[-1]
            stem.append((x + 0.055 * np.cos(turn), y + 0.055 * np.sin(turn)))
            colour = _tone(palette[rng.integers(len(palette))], light, rng)
            for way in (-1, 1):
                leaf = turn + way * rng.uniform(0.4, 1.1)
                _leaf(draw, to_px, stem[-1], leaf, rng.uniform(0.07, 0.13), colour)
            if rng.random() < 0.35:
                ((cx, cy),) = _xy(to_px, [stem[-1]])
                r = max(1.4, 0.018 / px * 2)
                draw.ellipse(
                    (cx - r, cy - r, cx + r, cy + r),
                    fill=(*_tone((206, 170, 84), light, rng), 255),
                )
        dark = _tone(palette[1], light * 0.7, rng)
        draw.line(
            _xy(to_px, stem), fill=(*dark, 255), width=max(1, round(0.016 / px * 2))
        )


def _leaf(
    draw: ImageDraw.ImageDraw,
    to_px: FloatArray,
    at: tuple[float, float],
    turn: float,
    length: float,
    colour: tuple[int, int, int],
) -> None:
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    root = np.array(at)
    shape = [
        (0.0, 0.0),
        (0.35, 0.15),
        (0.75, 0.11),
        (1.0, 0.0),
        (0.75, -0.11),
        (0.35, -0.15),
    ]
    points = [tuple(root + length * (a * along + b * across)) for a, b in shape]
    draw.polygon(
        _xy(to_px, [(float(p[0]), float(p[1])) for p in points]), fill=(*colour, 250)
    )


def _kelp(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    palette: tuple[tuple[int, int, int], ...],
    to_px: FloatArray,
    px: float,
) -> None:
    """Long ribbons that leave one holdfast, waved at the edges."""
    root = np.array([-0.75, rng.normal(0, 0.1)])
    for _ in range(int(rng.integers(9, 16))):
        turn = rng.normal(0, 0.42)
        width = rng.uniform(0.03, 0.065)
        at, left, right = root.copy(), [], []
        steps = int(rng.integers(16, 30))
        for step in range(steps):
            turn += rng.normal(0, 0.16)
            at = at + 0.062 * np.array([np.cos(turn), np.sin(turn)])
            normal = np.array([-np.sin(turn), np.cos(turn)])
            half = width * np.sin(np.pi * (step + 1) / (steps + 1)) ** 0.5
            half *= 1 + 0.35 * np.sin(step * 1.9)
            left.append(tuple(at + half * normal))
            right.append(tuple(at - half * normal))
        tone = _tone(palette[rng.integers(len(palette))], rng.uniform(0.6, 1.2), rng)
        draw.polygon(_xy(to_px, left + right[::-1]), fill=(*tone, 245))
        middle = [
            ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            for a, b in zip(left, right, strict=True)
        ]
        light = tuple(min(255, round(c * 1.35)) for c in tone)
        draw.line(
            _xy(to_px, middle), fill=(*light, 220), width=max(1, round(0.01 / px * 2))
        )


def _tone(
    colour: tuple[int, int, int], light: float, rng: np.random.Generator
) -> tuple[int, int, int]:
    shaded = np.clip(np.array(colour) * light + rng.normal(0, 6, 3), 0, 255)
    return (int(shaded[0]), int(shaded[1]), int(shaded[2]))
