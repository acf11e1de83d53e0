"""What the sea and the camera do to a photo: haze, glint, depth, blur, burnt-in text.

Each function is pure: the same pixels and seed give the same view, on any machine and
in any order, so that a resumed run sees what an uninterrupted one would have seen.
They are TensorFlow operations on one picture of any size and run inside
``tf.data.Dataset.map``. Pixels are float32 of shape (h, w, 3) from 0 to 255, seeds
int32 of shape (2,), and ``strength`` runs from 0 (nothing happens) to 1.

References
----------
.. [1] H. Koschmieder, "Theorie der horizontalen Sichtweite", 1924: the picture of a
   thing seen through haze is ``J t + A (1 - t)``.
.. [2] N. G. Jerlov, "Marine Optics", Elsevier 1976: attenuation of light by water type.
"""

import math
from typing import TYPE_CHECKING, Any

from core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CAPTION_SHARE",
    "blur",
    "caption_cutout",
    "caption_marks",
    "depth_cast",
    "glare",
    "haze",
    "rescale",
    "sea_view",
]

#: Height of the band at top and bottom that some cameras fill with text.
CAPTION_SHARE = 0.12
#: Attenuation of red, green and blue light per metre in clear ocean and in coastal
#: water; assumption: rounded values of the order of Jerlov's types IB and 3C [2]_.
_OCEAN_PER_M = (0.37, 0.07, 0.04)
_COAST_PER_M = (0.50, 0.20, 0.30)
_MAX_PATH_M = 4.0
_BLUR_RADIUS = 6
#: How often each change is made at full strength; assumption, not tuned.
_CHANCES = {
    "rescale": 0.25,
    "depth_cast": 0.35,
    "haze": 0.35,
    "glare": 0.20,
    "blur": 0.25,
    "caption_cutout": 0.25,
    "caption_marks": 0.25,
}


def sea_view(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Change a photo as another day, depth or camera would have.

    Parameters
    ----------
    pixels : tensor of float32, shape (h, w, 3)
        Values from 0 to 255.
    seed : tensor of int32, shape (2,)
        Decides what is changed and how.
    strength : float
        0 to 1; both the chance and the size of each change grow with it.

    Returns
    -------
    tensor of float32, shape (h, w, 3)
        Values from 0 to 255.

    Raises
    ------
    InputError
        If the strength is outside [0, 1].
    """
    import tensorflow as tf

    _check(strength)
    x = tf.cast(pixels, tf.float32)
    if strength == 0.0:
        return x
    views: tuple[Callable[..., Any], ...] = (
        rescale,
        depth_cast,
        haze,
        glare,
        blur,
        caption_cutout,
        caption_marks,
    )
    draws = tf.random.stateless_uniform((len(views),), seed)
    for k, view in enumerate(views):
        x = tf.cond(
            draws[k] < strength * _CHANCES[view.__name__],
            # Bound now: the loop's names change before the branch is traced.
            lambda x=x, k=k, view=view: view(x, _fold(seed, k), strength=strength),
            lambda x=x: x,
        )
    return x


def haze(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Lay a veil over the photo, thicker towards one side, as with distance [1]_."""
    import tensorflow as tf

    _check(strength)
    draw = tf.random.stateless_uniform((6,), seed)
    angle = draw[0] * 2.0 * math.pi
    y, x = _grid(pixels)
    far = 0.5 + 0.7 * ((y - 0.5) * tf.cos(angle) + (x - 0.5) * tf.sin(angle))
    depth = tf.clip_by_value(0.4 + 0.6 * far, 0.0, 1.0)
    through = tf.exp(-strength * (0.2 + 1.3 * draw[1]) * depth)[..., None]
    veil = 110.0 + 120.0 * draw[2] + 30.0 * (draw[3:6] - 0.5)
    return _clip(pixels * through + veil * (1.0 - through))


def depth_cast(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Take light away as water does, red first, and expose again [2]_."""
    import tensorflow as tf

    _check(strength)
    draw = tf.random.stateless_uniform((3,), seed)
    coastal = draw[0]
    ocean, coast = tf.constant(_OCEAN_PER_M), tf.constant(_COAST_PER_M)
    per_m = ocean * (1.0 - coastal) + coast * coastal
    path_m = strength * _MAX_PATH_M * (0.1 + 0.9 * draw[1])
    through = tf.exp(-per_m * path_m)
    # The camera brings the brightest channel back; the shares of colour stay wrong.
    exposed = through / tf.reduce_max(through)
    dim = 1.0 - 0.4 * strength * draw[2]
    return _clip(pixels * exposed * dim)


def glare(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Strew sun glint: a bright patch of short streaks on the water."""
    import tensorflow as tf

    _check(strength)
    draw = tf.random.stateless_uniform((6,), seed)
    size = tf.shape(pixels)[:2]
    # Facets are wider than tall, as waves seen from the side are.
    cells = tf.cast(tf.cast(size, tf.float32) / tf.constant((3.0, 9.0)), tf.int32)
    noise = tf.random.stateless_uniform((1, 64, 64, 1), _fold(seed, 1))
    cells = tf.clip_by_value(cells, 2, 64)
    facets = tf.image.resize(noise[:, : cells[0], : cells[1]], size, "bicubic")[0]
    y, x = _grid(pixels)
    spread = 0.15 + 0.35 * draw[2:4]
    patch = tf.exp(-(((y - draw[0]) / spread[0]) ** 2))
    patch *= tf.exp(-(((x - draw[1]) / spread[1]) ** 2))
    least = 0.85 - 0.25 * draw[4] * strength
    sparks = tf.clip_by_value((facets - least) * 6.0, 0.0, 1.0) * patch[..., None]
    glow = 0.25 * draw[5] * patch[..., None]
    return _clip(pixels + strength * (255.0 - pixels) * tf.maximum(sparks, glow))


def blur(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Blur evenly or along one direction, as focus, scatter and speed do."""
    import tensorflow as tf

    _check(strength)
    draw = tf.random.stateless_uniform((3,), seed)
    side = tf.cast(tf.reduce_min(tf.shape(pixels)[:2]), tf.float32)
    wide = strength * side * (0.002 + 0.008 * draw[0])
    narrow = wide * tf.where(draw[1] < 0.5, 1.0, 0.25)
    is_upright = draw[2] < 0.5
    x = _smear(pixels, tf.where(is_upright, wide, narrow), axis=0)
    return _clip(_smear(x, tf.where(is_upright, narrow, wide), axis=1))


def caption_cutout(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Hide the band of text at the top, the bottom or both under the mean colour."""
    import tensorflow as tf

    _check(strength)
    draw = tf.random.stateless_uniform((2,), seed)
    y, _ = _grid(pixels)
    band = CAPTION_SHARE * (0.7 + 0.3 * draw[1])
    top = (y < band) & (draw[0] < 0.75)
    bottom = (y > 1.0 - band) & (draw[0] > 0.25)
    mean = tf.reduce_mean(pixels, axis=(0, 1), keepdims=True)
    return tf.where((top | bottom)[..., None], mean, pixels)


def caption_marks(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Burn text-like marks into the top or bottom 12 % and into one corner.

    A network that has seen such marks on every kind of thing cannot take the camera
    that writes them for a sign of what is shown.
    """
    import tensorflow as tf

    _check(strength)
    draw = tf.random.stateless_uniform((8,), seed)
    y, x = _grid(pixels)
    height = CAPTION_SHARE * (0.35 + 0.5 * draw[0])
    start = tf.where(
        draw[1] < 0.5,
        (CAPTION_SHARE - height) * draw[2],
        1.0 - CAPTION_SHARE + (CAPTION_SHARE - height) * draw[2],
    )
    length = 0.25 + 0.7 * draw[3]
    left = (1.0 - length) * draw[4]
    line = _glyphs(y, x, _fold(seed, 1), top=start, left=left, size=(height, length))
    mark = _glyphs(
        y,
        x,
        _fold(seed, 2),
        top=tf.where(draw[5] < 0.5, 0.02, 0.90),
        left=tf.where(draw[6] < 0.5, 0.02, 0.80),
        size=(tf.constant(0.08), tf.constant(0.18)),
    )
    inked = tf.maximum(line, 0.6 * mark)[..., None]
    inks = tf.constant(((255.0,) * 3, (255.0, 230.0, 60.0), (20.0,) * 3, (90, 255, 90)))
    ink = tf.gather(inks, tf.cast(draw[7] * 3.999, tf.int32))
    opaque = inked * (0.55 + 0.4 * strength)
    return _clip(pixels * (1.0 - opaque) + ink * opaque)


def rescale(pixels: Any, seed: Any, *, strength: float) -> Any:
    """Bring the thing nearer or farther; the room about it is filled by mirroring."""
    import tensorflow as tf

    _check(strength)
    draw = tf.random.stateless_uniform((3,), seed)
    factor = tf.exp(strength * math.log(1.5) * (2.0 * draw[0] - 1.0))
    size = tf.cast(tf.shape(pixels)[:2], tf.float32)
    room = size * (1.0 - 1.0 / factor)  # negative where the picture shrinks
    offset = room * draw[1:3]
    zero = tf.zeros(())
    row = (1.0 / factor, zero, offset[1], zero, 1.0 / factor, offset[0], zero, zero)
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=pixels[None],
        transforms=tf.stack(row)[None],
        output_shape=tf.shape(pixels)[:2],
        interpolation="BILINEAR",
        fill_mode="REFLECT",
        fill_value=0.0,
    )[0]
    return tf.ensure_shape(moved, pixels.shape)


def _check(strength: float) -> None:
    if not 0.0 <= strength <= 1.0:
        raise InputError(f"strength must be from 0 to 1, got {strength}")


def _fold(seed: Any, number: int) -> Any:
    import tensorflow as tf

    return tf.random.experimental.stateless_fold_in(seed, number + 1)


def _clip(x: Any) -> Any:
    import tensorflow as tf

    return tf.clip_by_value(x, 0.0, 255.0)


def _grid(pixels: Any) -> tuple[Any, Any]:
    """Rows and columns of each pixel's centre, from 0 to 1, shape (h, w) each."""
    import tensorflow as tf

    size = tf.shape(pixels)[:2]
    steps = [
        (tf.range(tf.cast(n, tf.float32)) + 0.5) / tf.cast(n, tf.float32)
        for n in (size[0], size[1])
    ]
    y, x = tf.meshgrid(*steps, indexing="ij")
    return y, x


def _smear(x: Any, sigma_px: Any, *, axis: int) -> Any:
    """Gaussian along one axis; the edge is repeated outwards."""
    import tensorflow as tf

    steps = tf.range(-_BLUR_RADIUS, _BLUR_RADIUS + 1)
    weights = tf.exp(-0.5 * (tf.cast(steps, tf.float32) / (sigma_px + 1e-3)) ** 2)
    weights /= tf.reduce_sum(weights)
    n = tf.shape(x)[axis]
    total = tf.zeros_like(x)
    for k in range(2 * _BLUR_RADIUS + 1):
        at = tf.clip_by_value(tf.range(n) + (k - _BLUR_RADIUS), 0, n - 1)
        total += weights[k] * tf.gather(x, at, axis=axis)
    return total


def _glyphs(
    y: Any, x: Any, seed: Any, *, top: Any, left: Any, size: tuple[Any, Any]
) -> Any:
    """Ink (0 or 1) of a line of random characters, 5 dots tall and 3 wide each."""
    import tensorflow as tf

    n_characters = 24
    dots = tf.random.stateless_uniform((7, 4 * n_characters), seed) < 0.55
    row = (y - top) / size[0] * 7.0
    # Characters keep their shape: a longer line has more of them.
    column = (x - left) / size[0] * 7.0
    is_inside = (row >= 1) & (row < 6) & (x >= left) & (x < left + size[1])
    is_gap = tf.cast(column, tf.int32) % 4 == 3
    at = tf.stack(
        [
            tf.clip_by_value(tf.cast(row, tf.int32), 0, 6),
            tf.cast(tf.maximum(column, 0.0), tf.int32) % (4 * n_characters),
        ],
        axis=-1,
    )
    return tf.cast(is_inside & ~is_gap & tf.gather_nd(dots, at), tf.float32)
