"""Random views of a photo, so that the network learns the thing and not the camera.

Every random number comes from a stateless seed of (run, epoch, position), so a
resumed run sees exactly what an uninterrupted one would have seen.
"""

from typing import Any

from core.mlops.training.config import TrainingConfig

__all__ = ["augment", "mix_batch", "squash"]

#: Height of the band at top and bottom that some cameras fill with text.
_CAPTION_SHARE = 0.12
_LUMA = (0.299, 0.587, 0.114)


def squash(pixels: Any, side_px: int) -> Any:
    """Resize a whole photo to a square, as prediction does."""
    import tensorflow as tf

    return tf.image.resize(pixels, (side_px, side_px), "bilinear", antialias=True)


def augment(pixels: Any, seed: Any, side_px: int, config: TrainingConfig) -> Any:
    """One random view: captions hidden, cropped, mirrored, recoloured, hazed, blurred.

    Parameters
    ----------
    pixels : tensor of uint8, shape (h, w, 3)
        The photo.
    seed : tensor of int32, shape (2,)
        Decides the view.
    side_px : int
        Side of the square returned.
    config : TrainingConfig
        How strong the changes are.

    Returns
    -------
    tensor of float32, shape (side_px, side_px, 3)
        Values from 0 to 255.
    """
    import tensorflow as tf

    draw = tf.random.stateless_uniform((32,), seed)
    x = tf.cast(pixels, tf.float32)
    x = tf.cond(draw[0] < 0.3, lambda: _hide_captions(x), lambda: x)
    x = _random_crop(x, draw[1:5], side_px, config.min_crop_area)
    x = tf.cond(draw[5] < 0.5, lambda: tf.reverse(x, [1]), lambda: x)
    x = tf.cond(draw[6] < config.upside_down, lambda: tf.reverse(x, [0]), lambda: x)
    x = tf.cond(draw[7] < config.turn, lambda: tf.transpose(x, (1, 0, 2)), lambda: x)
    x = tf.cond(
        draw[8] < config.recolour, lambda: _recolour(x, draw[9:17], config), lambda: x
    )
    x = tf.cond(draw[17] < 0.15, lambda: _haze(x, draw[18:22]), lambda: x)
    x = tf.cond(draw[22] < 0.15, lambda: _blur(x, draw[23], side_px), lambda: x)
    return tf.clip_by_value(x, 0.0, 255.0)


def _hide_captions(x: Any) -> Any:
    import tensorflow as tf

    height = tf.shape(x)[0]
    band = tf.cast(tf.cast(height, tf.float32) * _CAPTION_SHARE, tf.int32)
    inner = x[band : height - band]
    mean = tf.reduce_mean(inner, axis=(0, 1), keepdims=True)
    fill = tf.broadcast_to(mean, (band, tf.shape(x)[1], 3))
    return tf.concat([fill, inner, fill], axis=0)


def _random_crop(x: Any, draw: Any, side_px: int, min_area: float) -> Any:
    """Cut a window; each side up to a third longer or shorter than in shape."""
    import tensorflow as tf

    area = min_area + (1.0 - min_area) * draw[0]
    stretch = tf.exp((2.0 * draw[1] - 1.0) * 0.2877)  # ln(4/3)
    size = tf.cast(tf.shape(x)[:2], tf.float32)
    share = tf.minimum(tf.sqrt(area) * tf.stack([stretch, 1.0 / stretch]), 1.0)
    cut = tf.maximum(tf.cast(size * share, tf.int32), 1)
    start = tf.cast((size - tf.cast(cut, tf.float32)) * draw[2:4], tf.int32)
    window = x[start[0] : start[0] + cut[0], start[1] : start[1] + cut[1]]
    window = squash(window, side_px)
    return tf.ensure_shape(window, (side_px, side_px, 3))


def _recolour(x: Any, draw: Any, config: TrainingConfig) -> Any:
    """Brightness, contrast, saturation and a colour cast, as water and cameras give."""
    import tensorflow as tf

    cast = 1.0 + (draw[0:3] - 0.5) * 2.0 * config.colour_cast
    brightness = 0.7 + 0.6 * draw[3]
    contrast = 0.7 + 0.6 * draw[4]
    low, high = config.saturation
    saturation = low + (high - low) * draw[5]
    grey = tf.reduce_sum(x * tf.constant(_LUMA), axis=-1, keepdims=True)
    x = grey + (x - grey) * saturation
    mean = tf.reduce_mean(grey)
    x = (mean + (x - mean) * contrast) * brightness * cast
    return tf.clip_by_value(x, 0.0, 255.0)


def _haze(x: Any, draw: Any) -> Any:
    veil = 120.0 + 110.0 * draw[0:3]
    strength = 0.1 + 0.4 * draw[3]
    return x * (1.0 - strength) + veil * strength


def _blur(x: Any, draw: Any, side_px: int) -> Any:
    import tensorflow as tf

    small = tf.cast(side_px * (0.35 + 0.4 * draw), tf.int32)
    x = tf.image.resize(x, tf.stack([small, small]), "bilinear")
    return tf.image.resize(x, (side_px, side_px), "bilinear")


def mix_batch(
    pixels: Any, targets: Any, seed: Any, *, mixup: float, cutmix: float
) -> tuple[Any, Any]:
    """Blend a batch with its own reverse, or paste windows of it, or leave it.

    Parameters
    ----------
    pixels, targets : tensor
        A batch of photos and their class shares.
    seed : tensor of int32, shape (2,)
        Decides what is done.
    mixup, cutmix : float
        Shares of batches treated by each method.

    References
    ----------
    .. [1] H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018.
    .. [2] S. Yun et al., "CutMix", ICCV 2019.
    """
    import tensorflow as tf

    draw = tf.random.stateless_uniform((4,), seed)
    # Most blends are slight: the other photo's share is u^2 / 2 of a uniform u.
    share = 0.5 * draw[1] ** 2
    other_pixels, other_targets = tf.reverse(pixels, [0]), tf.reverse(targets, [0])

    def blend() -> tuple[Any, Any]:
        return (
            pixels * (1 - share) + other_pixels * share,
            targets * (1 - share) + other_targets * share,
        )

    def paste() -> tuple[Any, Any]:
        side = tf.shape(pixels)[1]
        cut = tf.cast(tf.cast(side, tf.float32) * tf.sqrt(share), tf.int32)
        room = tf.cast(side - cut + 1, tf.float32)
        start = tf.cast(draw[2:4] * room, tf.int32)
        steps = tf.range(side)
        rows = (steps >= start[0]) & (steps < start[0] + cut)
        columns = (steps >= start[1]) & (steps < start[1] + cut)
        mask = (rows[:, None] & columns[None, :])[None, :, :, None]
        area = tf.cast(cut * cut, tf.float32) / tf.cast(side * side, tf.float32)
        return (
            tf.where(mask, other_pixels, pixels),
            targets * (1 - area) + other_targets * area,
        )

    mixed: tuple[Any, Any] = tf.case(
        [
            (draw[0] < mixup, blend),
            (draw[0] < mixup + cutmix, paste),
        ],
        default=lambda: (pixels, targets),
    )
    return mixed
