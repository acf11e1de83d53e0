"""The training loop: seeded, streamed, and resumable after a kill."""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification.networks import (
    LITE_SCALES,
    build_network,
    load_imagenet_weights,
)
from core.errors import ModelError
from core.mlops.training.augment import augment, mix_batch, squash
from core.mlops.training.config import TrainingConfig
from core.mlops.training.data import PhotoSet, group_weights
from core.mlops.training.probe import fit_classifier
from core.mlops.training.sea_views import sea_view

__all__ = ["fit", "predict_logits"]

_log = logging.getLogger(__name__)
_WARMUP_EPOCHS = 1
_LAST_RATE_SHARE = 0.01
#: Stands for an epoch in the seed of the views that the classifier is fitted on.
_PROBE_EPOCH = 1_000_000
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7


def fit(
    config: TrainingConfig,
    train: PhotoSet,
    categories: tuple[str, ...],
    folder: Path,
    *,
    groups: Sequence[str] = (),
    opinions: npt.NDArray[np.float32] | None = None,
    after_epoch: Callable[[int, Any, int], dict[str, Any]] | None = None,
) -> Any:
    """Train a network and return the moving average of its weights.

    A checkpoint is written after each epoch; the same call after a kill goes on
    where it stopped and ends with the same sample order and views.

    Parameters
    ----------
    config : TrainingConfig
        What to do.
    train : PhotoSet
        The training photos.
    categories : tuple of str
        Output order.
    folder : Path
        Receives ``config.json``, ``history.jsonl`` and the checkpoints.
    groups : sequence of str, optional
        What each photo is balanced by beside its class, such as its scene; its
        source if not given.
    opinions : ndarray of float32, shape (len(train), n_categories), optional
        A teacher's probabilities for each photo, learned beside its label with the
        weight ``config.teacher_share`` [1]_.
    after_epoch : callable, optional
        Called with the epoch (from 1), the averaged network and the picture size;
        what it returns is added to the epoch's line in the history.

    Returns
    -------
    keras.Model
        The moving average of the weights, returning logits.

    Raises
    ------
    ModelError
        If the folder holds a run with other settings.

    References
    ----------
    .. [1] G. Hinton et al., "Distilling the Knowledge in a Neural Network", 2015.
    """
    import keras
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    _check_same_run(folder / "config.json", config)
    keras.utils.set_random_seed(config.seed)
    weights = group_weights(
        train.labels,
        train.sources,
        balance=config.balance,
        simulated_share=config.simulated_share,
        groups=groups,
    )
    network = build_network(
        len(categories), backbone=config.network, dropout=config.dropout
    )
    if config.network in LITE_SCALES:
        load_imagenet_weights(network)
    averaged = build_network(len(categories), backbone=config.network)
    # Layers that stand still are in no checkpoint: they must be as loaded here.
    averaged.set_weights(network.get_weights())
    trainer = _Trainer(config, network, averaged)
    targets = _targets(config, train, len(categories), opinions)
    checkpoint = tf.train.Checkpoint(state=trainer.state())
    manager = tf.train.CheckpointManager(
        checkpoint, str(folder / "checkpoints"), max_to_keep=2
    )
    if manager.latest_checkpoint:
        checkpoint.restore(manager.latest_checkpoint).assert_consumed()
        _log.info("resumed after epoch %d", int(trainer.epoch))
    else:
        if config.probe_views:
            fit_classifier(network, _probe_batches(config, train, weights, targets))
        averaged.set_weights(network.get_weights())
    while int(trainer.epoch) < config.last_epoch:
        epoch = int(trainer.epoch)
        side_px = config.stage_of(epoch).input_px
        started = time.monotonic()
        loss = trainer.run_epoch(
            _batches(config, train, weights, targets, epoch, side_px)
        )
        trainer.epoch.assign(epoch + 1)
        line: dict[str, Any] = {
            "epoch": epoch + 1,
            "input_px": side_px,
            "loss": round(loss, 5),
            "seconds": round(time.monotonic() - started, 1),
        }
        if after_epoch is not None:
            line |= after_epoch(epoch + 1, averaged, side_px)
        manager.save()
        with (folder / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        _log.info("%s", line)
    return averaged


def _check_same_run(path: Path, config: TrainingConfig) -> None:
    text = json.dumps(config.to_dict(), indent=2)
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise ModelError(
            f"{path.parent} holds a run with other settings; name another folder"
        )
    path.write_text(text, encoding="utf-8")


def _targets(
    config: TrainingConfig,
    train: PhotoSet,
    n_classes: int,
    opinions: npt.NDArray[np.float32] | None,
) -> npt.NDArray[np.float32]:
    """Class shares to learn for each photo: its label, and a teacher's opinion."""
    labels = np.eye(n_classes, dtype=np.float32)[train.labels]
    if opinions is None:
        return labels
    share = config.teacher_share
    return np.asarray((1 - share) * labels + share * opinions, dtype=np.float32)


def _probe_batches(
    config: TrainingConfig,
    train: PhotoSet,
    weights: npt.NDArray[np.float64],
    targets: npt.NDArray[np.float32],
) -> Any:
    """Draw views to fit the classifier on: unmixed, from a seed of their own."""
    plain = replace(
        config,
        samples_per_epoch=max(config.probe_views * len(train), config.batch_size),
        mixup=0.0,
        cutmix=0.0,
        label_smoothing=0.0,
    )
    side_px = config.stages[0].input_px
    return _batches(plain, train, weights, targets, _PROBE_EPOCH, side_px)


def _batches(
    config: TrainingConfig,
    train: PhotoSet,
    weights: npt.NDArray[np.float64],
    targets: npt.NDArray[np.float32],
    epoch: int,
    side_px: int,
) -> Any:
    """Stream one epoch's batches; photos are read from memory as they are needed."""
    import tensorflow as tf

    n_classes = targets.shape[1]
    rng = np.random.default_rng([config.seed, epoch])
    n = config.samples_per_epoch - config.samples_per_epoch % config.batch_size
    drawn = rng.choice(len(train), size=n, p=weights)
    seeds = rng.integers(0, 2**31 - 1, size=(n, 2), dtype=np.int32)

    def view(index: Any, seed: Any) -> tuple[Any, Any]:
        pixels = tf.numpy_function(
            lambda i: train.photos[int(i)], [index], tf.uint8, stateful=False
        )
        pixels.set_shape((None, None, 3))
        seen = augment(pixels, seed, side_px, config)
        if config.sea_views:
            seen = sea_view(seen, seed + 1, strength=config.sea_views)
            seen = tf.ensure_shape(seen, (side_px, side_px, 3))
        return seen, tf.gather(tf.constant(targets), index)

    def mix(pixels: Any, shares: Any, seed: Any) -> tuple[Any, Any]:
        smooth = config.label_smoothing
        shares = shares * (1 - smooth) + smooth / n_classes
        return mix_batch(pixels, shares, seed, mixup=config.mixup, cutmix=config.cutmix)

    batch_seeds = rng.integers(
        0, 2**31 - 1, size=(n // config.batch_size, 2), dtype=np.int32
    )
    views = tf.data.Dataset.from_tensor_slices((drawn, seeds))
    views = views.map(view, num_parallel_calls=2).batch(config.batch_size)
    zipped = tf.data.Dataset.zip(
        (views, tf.data.Dataset.from_tensor_slices(batch_seeds))
    )
    return zipped.map(lambda batch, seed: mix(batch[0], batch[1], seed)).prefetch(2)


class _Trainer:
    """AdamW with a rate for each depth, and a moving average of the weights.

    Batch statistics of a Lite network stay those of ImageNet: batches are small and
    their sources differ too much for their own. A network from nothing has to learn
    them.
    """

    def __init__(self, config: TrainingConfig, network: Any, averaged: Any) -> None:
        import keras
        import tensorflow as tf

        self.config = config
        self.network = network
        self.learns_statistics = config.network not in LITE_SCALES
        self.backbone = keras.Model(
            network.inputs, network.get_layer("features").output
        )
        self.rates = _layer_rates(network, config)
        layers = [layer for layer in network.layers if layer.name in self.rates]
        pairs = [
            (weight, self.rates[layer.name])
            for layer in layers
            for weight in layer.trainable_weights
        ]
        self.variables = [weight.value for weight, _ in pairs]
        self.scales = [scale for _, scale in pairs]
        self.decays = [
            config.weight_decay if len(weight.shape) > 1 else 0.0 for weight, _ in pairs
        ]
        by_path = {weight.path: weight.value for weight in averaged.weights}
        self.averages = [by_path[weight.path] for weight, _ in pairs]
        statistics = (
            [weight for layer in layers for weight in layer.non_trainable_weights]
            if self.learns_statistics
            else []
        )
        self.statistics = [weight.value for weight in statistics]
        self.averaged_statistics = [by_path[weight.path] for weight in statistics]
        self.first = [tf.Variable(tf.zeros_like(v)) for v in self.variables]
        self.second = [tf.Variable(tf.zeros_like(v)) for v in self.variables]
        self.step = tf.Variable(0, dtype=tf.int64)
        self.epoch = tf.Variable(0, dtype=tf.int64)
        self.steps_per_epoch = config.samples_per_epoch // config.batch_size
        self._update = tf.function(self._step, reduce_retracing=True)

    def state(self) -> list[Any]:
        """Every variable a checkpoint must hold."""
        lists = (
            self.variables,
            self.averages,
            self.first,
            self.second,
            self.statistics,
            self.averaged_statistics,
        )
        return [self.step, self.epoch, *(v for part in lists for v in part)]

    def run_epoch(self, batches: Any) -> float:
        """Take one step for each batch and return the mean loss."""
        losses = [self._update(pixels, targets) for pixels, targets in batches]
        return float(np.mean([float(loss) for loss in losses]))

    def _rate(self) -> Any:
        """Linear warm-up, then half a cosine down to a hundredth."""
        import tensorflow as tf

        warmup = float(_WARMUP_EPOCHS * self.steps_per_epoch)
        total = float(self.config.epochs * self.steps_per_epoch)
        step = tf.cast(self.step, tf.float32)
        done = tf.clip_by_value((step - warmup) / max(total - warmup, 1.0), 0.0, 1.0)
        cosine = 0.5 * (1.0 + tf.cos(np.pi * done))
        share = _LAST_RATE_SHARE + (1.0 - _LAST_RATE_SHARE) * cosine
        return self.config.learning_rate * share * tf.minimum(step / warmup, 1.0)

    def _step(self, pixels: Any, targets: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(self.variables)
            features = self.backbone(pixels, training=self.learns_statistics)
            features = self.network.get_layer("dropout")(features, training=True)
            logits = self.network.get_layer("fc")(features)
            loss = tf.reduce_mean(
                tf.nn.softmax_cross_entropy_with_logits(targets, logits)
            )
        gradients = tape.gradient(loss, self.variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
        self.step.assign_add(1)
        step = tf.cast(self.step, tf.float32)
        rate = self._rate()
        momentum = tf.minimum(
            self.config.average_momentum, (1.0 + step) / (10.0 + step)
        )
        unbias_1, unbias_2 = 1.0 - _BETA_1**step, 1.0 - _BETA_2**step
        for i, gradient in enumerate(gradients):
            variable, first, second = self.variables[i], self.first[i], self.second[i]
            first.assign(_BETA_1 * first + (1.0 - _BETA_1) * gradient)
            second.assign(_BETA_2 * second + (1.0 - _BETA_2) * tf.square(gradient))
            move = (first / unbias_1) / (tf.sqrt(second / unbias_2) + _EPSILON)
            move += self.decays[i] * variable
            variable.assign_sub(rate * self.scales[i] * move)
            average = self.averages[i]
            average.assign(momentum * average + (1.0 - momentum) * variable)
        for now, mean in zip(self.statistics, self.averaged_statistics, strict=True):
            mean.assign(momentum * mean + (1.0 - momentum) * now)
        return loss


def _layer_rates(network: Any, config: TrainingConfig) -> dict[str, float]:
    """Rate of each trained layer relative to the classifier's."""
    names = [layer.name for layer in network.layers]
    first = names.index(config.frozen_to) + 1 if config.frozen_to else 0
    n_blocks = len({name.split("_")[1] for name in names if name.startswith("blocks_")})
    rates = {}
    for layer in network.layers[first:]:
        if layer.name == "fc" or not n_blocks:
            rates[layer.name] = 1.0
            continue
        if config.large_filters_fixed and _is_large_filter(layer):
            continue
        if layer.name.startswith("blocks_"):
            depth = n_blocks - int(layer.name.split("_")[1])
        else:
            depth = 0 if layer.name in ("conv_head", "bn1") else n_blocks + 1
        rates[layer.name] = config.backbone_rate * config.rate_decay**depth
    return rates


def _is_large_filter(layer: Any) -> bool:
    return type(layer).__name__ == "DepthwiseConv2D" and layer.kernel_size[0] > 3


def predict_logits(
    network: Any, photos: PhotoSet, side_px: int, *, batch_size: int = 32
) -> npt.NDArray[np.float32]:
    """Logits of whole photos, squashed to the network's size."""
    import tensorflow as tf

    out = []
    for start in range(0, len(photos), batch_size):
        part = photos.photos[start : start + batch_size]
        batch = tf.stack([squash(pixels, side_px) for pixels in part])
        out.append(np.asarray(network(batch, training=False)))
    return np.concatenate(out)
