"""What a detector run may vary, read from ``config/detector_config.yaml``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from core.errors import InputError
from core.mlops.training.config import TrainingConfig

__all__ = [
    "DetectorConfig",
    "read_crops_config",
    "read_detector_config",
    "read_prediction",
]


@dataclass(frozen=True, kw_only=True)
class DetectorConfig:
    """Everything that decides the outcome of a detector run.

    Parameters
    ----------
    input_px : int
        Side of the square canvas the network is trained on; a multiple of 32.
    predict_px : int
        Side of the canvas of the exported file; a multiple of 32.
    epochs, samples_per_epoch, batch_size : int
        Length of the run.
    seed : int
        Fixes the views, their order and the first weights of the head.
    start_from : str
        ``imagenet``, or a deployed classifier (``NAME@VERSION``) whose SavedModel
        gives the backbone its first weights.
    frozen_to : str
        Last backbone layer that is not trained; empty trains all of it.
    width, tower_depth : int
        Channels of the feature pyramid and convolutions in each head.
    dropout : float
        Share of features dropped before the category scores.
    learning_rate, backbone_rate, weight_decay : float
        AdamW with steps relative to the size of each tensor; the backbone's step is
        ``backbone_rate`` times the head's.
    average_momentum : float
        Momentum of the moving average of the weights, which is what ships.
    label_smoothing : float
        Of the categories.
    box_weight, class_weight : float
        Weights of the losses beside that of the objectness.
    mosaic : float
        Share of views put together from four pictures.
    photo_share, clean_share : float
        Shares of mosaic tiles taken from the sister set of classified photos: with
        an object (category learnt, place not), and without (all background).
    paste : float
        Share of single views that get an object of another picture pasted in.
    balance : float
        Exponent of a category's size in the share of its pictures: 1 keeps the
        natural shares, 0 gives every category the same share.
    recolour : float
        Share of views recoloured.
    score_every : int
        Epochs between two scorings on the validation pictures.
    """

    input_px: int = 320
    predict_px: int = 320
    epochs: int = 60
    samples_per_epoch: int = 1152
    batch_size: int = 16
    seed: int = 1
    start_from: str = "imagenet"
    frozen_to: str = "blocks_4_add"
    width: int = 96
    tower_depth: int = 2
    dropout: float = 0.1
    learning_rate: float = 0.01
    backbone_rate: float = 0.25
    weight_decay: float = 0.02
    average_momentum: float = 0.998
    label_smoothing: float = 0.05
    box_weight: float = 2.0
    class_weight: float = 1.0
    mosaic: float = 0.5
    photo_share: float = 0.15
    clean_share: float = 0.1
    paste: float = 0.2
    balance: float = 0.5
    recolour: float = 0.7
    score_every: int = 5

    def __post_init__(self) -> None:
        for name in ("input_px", "predict_px"):
            side = getattr(self, name)
            if not 32 <= side <= 1024 or side % 32:
                raise InputError(f"{name} {side} is no multiple of 32 within 32..1024")
        for name in (
            "epochs",
            "samples_per_epoch",
            "batch_size",
            "width",
            "tower_depth",
            "score_every",
        ):
            if getattr(self, name) < 1:
                raise InputError(f"{name} {getattr(self, name)} is less than 1")
        if self.samples_per_epoch < self.batch_size:
            raise InputError("samples_per_epoch is less than one batch")
        if not self.learning_rate > 0:
            raise InputError(f"learning_rate {self.learning_rate} is not positive")
        for name in (
            "dropout",
            "average_momentum",
            "label_smoothing",
            "mosaic",
            "photo_share",
            "clean_share",
            "paste",
            "balance",
            "recolour",
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} {getattr(self, name)} outside [0, 1]")
        if self.photo_share + self.clean_share > 1:
            raise InputError("photo_share and clean_share sum to more than 1")

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches in one epoch."""
        return self.samples_per_epoch // self.batch_size

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "DetectorConfig":
        """Build from plain values, refusing unknown names.

        Raises
        ------
        InputError
            If a name is unknown or a value has the wrong type.
        """
        kinds = {field.name: type(field.default) for field in fields(cls)}
        if unknown := sorted(set(values) - set(kinds)):
            raise InputError(f"unknown detector settings: {', '.join(unknown)}")
        for name, value in values.items():
            allowed = (int, float) if kinds[name] is float else (kinds[name],)
            if not isinstance(value, allowed) or isinstance(value, bool):
                raise InputError(f"detector setting {name} has an unfit value")
        return cls(**dict(values))


def read_detector_config(path: Path) -> DetectorConfig:
    """Read the section ``detector`` of a settings file.

    Raises
    ------
    InputError
        If the file cannot be read, has no such section, or a setting does not fit.
    """
    section = _content(path).get("detector")
    if not isinstance(section, dict):
        raise InputError(f"{path} has no section detector")
    return DetectorConfig.from_dict(section)


def read_prediction(path: Path) -> dict[str, Any]:
    """Read the section ``prediction``: how boxes are read from the network's output.

    Its fields are those of `core.detection.options.DetectorOptions`; what stands there
    is checked when the model is exported.

    Raises
    ------
    InputError
        If the file cannot be read, or the section is no mapping.
    """
    section = _content(path).get("prediction", {})
    if not isinstance(section, dict):
        raise InputError(f"the section prediction of {path} is no mapping")
    return dict(section)


def read_crops_config(path: Path) -> TrainingConfig | None:
    """Read the section ``crops``: how the second stage is trained; None if absent.

    Raises
    ------
    InputError
        If the file cannot be read, or a setting does not fit.
    """
    section = _content(path).get("crops")
    if section is None:
        return None
    if not isinstance(section, dict):
        raise InputError(f"the section crops of {path} is no mapping")
    return TrainingConfig.from_dict(section)


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"cannot read detector settings from {path}") from error
    return content if isinstance(content, dict) else {}
