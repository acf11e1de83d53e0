"""The detector's training loop: seeded, streamed, and resumable after a kill."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError
from core.mlops.training.detector.batches import Batch, stream
from core.mlops.training.detector.config import DetectorConfig
from core.mlops.training.detector.losses import detection_losses
from core.mlops.training.detector.network import build_detector, cell_centres
from core.mlops.training.detector.views import ViewMaker

__all__ = ["fit_detector"]

_log = logging.getLogger(__name__)
_WARMUP_EPOCHS = 1
_LAST_RATE_SHARE = 0.005
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8
#: Size that stands for vectors (biases, gains), which start at zero or one.
_VECTOR_SIZE = 0.1
_LEAST_SIZE = 0.01
#: Depthwise kernels from this size on stay as they are: in TensorFlow their gradient
#: costs more than all the rest of the layer.
_LARGE_KERNEL = 5

#: Settings that decide no weight.
_OF_SCORING = frozenset(("predict_px", "score_every"))

AfterEpoch = Callable[[int, Any], dict[str, Any]]


def fit_detector(
    config: DetectorConfig,
    maker: ViewMaker,
    classifier: Any,
    n_categories: int,
    folder: Path,
    *,
    after_epoch: AfterEpoch | None = None,
    stop_after: int | None = None,
) -> Any:
    """Train a detector and return the network of averaged weights.

    A checkpoint is written after each epoch; the same call after a kill goes on
    where it stopped, with the same views in the same order.

    Parameters
    ----------
    config : DetectorConfig
        What to do.
    maker : ViewMaker
        Makes the views.
    classifier : keras.Model
        Gives the backbone its first weights.
    n_categories : int
        Number of categories.
    folder : Path
        Receives ``config.json``, ``history.jsonl`` and the checkpoints.
    after_epoch : callable, optional
        Called with the epoch (from 1) and the averaged network; what it returns is
        added to the epoch's line in the history.
    stop_after : int, optional
        Return after this epoch although the schedule is longer.

    Raises
    ------
    ModelError
        If the folder holds a run with other settings, or the loss is not finite.
    """
    import keras
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    _check_same_run(folder / "config.json", config)
    keras.utils.set_random_seed(config.seed)
    network, averaged = (
        build_detector(
            classifier,
            n_categories,
            width=config.width,
            tower_depth=config.tower_depth,
            dropout=config.dropout,
        )
        for _ in range(2)
    )
    averaged.set_weights(network.get_weights())
    trainer = _Trainer(config, network, averaged)
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(state=trainer.state()),
        str(folder / "checkpoints"),
        max_to_keep=2,
    )
    if manager.latest_checkpoint:
        manager.checkpoint.restore(manager.latest_checkpoint).assert_consumed()
        _log.info("resumed after epoch %d", int(trainer.epoch))
    last = min(stop_after or config.epochs, config.epochs)
    while int(trainer.epoch) < last:
        epoch = int(trainer.epoch)
        started = time.monotonic()
        line: dict[str, Any] = {"epoch": epoch + 1}
        line |= trainer.run_epoch(maker, epoch)
        trainer.epoch.assign(epoch + 1)
        line["seconds"] = round(time.monotonic() - started, 1)
        if after_epoch is not None:
            line |= after_epoch(epoch + 1, averaged)
        manager.save()
        with (folder / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        _log.info("%s", line)
    return averaged


def _check_same_run(path: Path, config: DetectorConfig) -> None:
    """Refuse to go on with other settings than those that made the weights so far."""
    wanted = config.to_dict()
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        before = wanted
    except ValueError as error:
        raise ModelError(f"{path} is damaged; name another folder") from error
    differing = [
        name
        for name, value in wanted.items()
        if name not in _OF_SCORING and before.get(name) != value
    ]
    if differing:
        raise ModelError(
            f"{path.parent} holds a run with other settings "
            f"({', '.join(differing)}); name another folder"
        )
    path.write_text(json.dumps(wanted, indent=2), encoding="utf-8")


class _Trainer:
    """AdamW with steps relative to each tensor's size, and a moving average.

    Folding the batch statistics leaves kernels of very different size, hence the
    relative steps.
    """

    def __init__(self, config: DetectorConfig, network: Any, averaged: Any) -> None:
        import tensorflow as tf

        self.config, self.network = config, network
        self.centres, self.strides = cell_centres(config.input_px)
        rates = _layer_rates(network, config)
        pairs = [
            (weight, rates[layer.name])
            for layer in network.layers
            if rates.get(layer.name)
            for weight in layer.trainable_weights
        ]
        self.variables = [weight.value for weight, _ in pairs]
        self.sizes = [
            rate * _size(weight.numpy(), is_kernel=len(weight.shape) > 1)
            for weight, rate in pairs
        ]
        self.decays = [
            config.weight_decay if len(weight.shape) > 1 else 0.0 for weight, _ in pairs
        ]
        by_path = {weight.path: weight.value for weight in averaged.weights}
        self.averages = [by_path[weight.path] for weight, _ in pairs]
        self.statistics = [
            (weight.value, by_path[weight.path])
            for weight in network.non_trainable_weights
            if "moving_" in weight.path
        ]
        self.first = [tf.Variable(tf.zeros_like(v)) for v in self.variables]
        self.second = [tf.Variable(tf.zeros_like(v)) for v in self.variables]
        self.step = tf.Variable(0, dtype=tf.int64)
        self.epoch = tf.Variable(0, dtype=tf.int64)
        self._update = tf.function(self._step, reduce_retracing=True)

    def state(self) -> list[Any]:
        """Every variable a checkpoint must hold."""
        others = [
            variable.value
            for variable in self.network.non_trainable_variables
            if "moving_" not in variable.path
        ]
        lists = (self.variables, self.averages, self.first, self.second, others)
        moving = [value for pair in self.statistics for value in pair]
        return [self.step, self.epoch, *moving, *(v for part in lists for v in part)]

    def run_epoch(self, maker: ViewMaker, epoch: int) -> dict[str, float]:
        """Take one step for each batch and return the mean losses."""
        losses = np.array(
            [
                [float(value) for value in self._update(*batch)]
                for batch in stream(maker, epoch)
            ]
        )
        if not np.isfinite(losses).all():
            raise ModelError(f"the loss of epoch {epoch + 1} is not finite")
        names = ("loss", "box", "objectness", "category")
        means = losses.mean(axis=0)
        return {name: round(float(v), 4) for name, v in zip(names, means, strict=True)}

    def _rate(self) -> Any:
        """Linear warm-up, then half a cosine down to almost nothing."""
        import tensorflow as tf

        per_epoch = float(self.config.steps_per_epoch)
        warmup = _WARMUP_EPOCHS * per_epoch
        total = self.config.epochs * per_epoch
        step = tf.cast(self.step, tf.float32)
        done = tf.clip_by_value((step - warmup) / max(total - warmup, 1.0), 0.0, 1.0)
        cosine = 0.5 * (1.0 + tf.cos(np.pi * done))
        share = _LAST_RATE_SHARE + (1.0 - _LAST_RATE_SHARE) * cosine
        return self.config.learning_rate * share * tf.minimum(step / warmup, 1.0)

    def _step(self, *arrays: Any) -> tuple[Any, ...]:
        import tensorflow as tf

        batch = Batch(*arrays)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(self.variables)
            losses = detection_losses(
                self.network(batch.pixels, training=True),
                *batch[1:],
                centres=self.centres,
                strides=self.strides,
                label_smoothing=self.config.label_smoothing,
                box_weight=self.config.box_weight,
                class_weight=self.config.class_weight,
            )
        gradients = tape.gradient(losses.total, self.variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 10.0)
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
            shrink = rate * self.decays[i] * variable
            variable.assign_sub(rate * self.sizes[i] * move + shrink)
            average = self.averages[i]
            average.assign(momentum * average + (1.0 - momentum) * variable)
        for now, average in self.statistics:
            average.assign(momentum * average + (1.0 - momentum) * now)
        return tuple(losses)


def _size(value: Any, *, is_kernel: bool) -> float:
    if not is_kernel:
        return _VECTOR_SIZE
    return max(float(np.sqrt(np.mean(np.square(value)))), _LEAST_SIZE)


def _layer_rates(network: Any, config: DetectorConfig) -> dict[str, float]:
    """Rate of each trained layer relative to the head's; none for frozen ones."""
    names = [layer.name for layer in network.layers]
    if config.frozen_to and config.frozen_to not in names:
        raise ModelError(f"the backbone has no layer {config.frozen_to!r}")
    first = names.index(config.frozen_to) + 1 if config.frozen_to else 0
    rates = {}
    for layer in network.layers[first:]:
        is_backbone = layer.name.startswith(("conv_stem", "blocks_", "conv_head"))
        rates[layer.name] = config.backbone_rate if is_backbone else 1.0
        kernel = getattr(layer, "kernel_size", (1,))
        if type(layer).__name__ == "DepthwiseConv2D" and kernel[0] >= _LARGE_KERNEL:
            rates[layer.name] = 0.0
    return rates
