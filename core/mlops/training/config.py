"""What a training run may vary, read from ``config/model_config.yaml``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from core.classification.networks import BACKBONES
from core.errors import InputError

__all__ = ["Recipe", "Run", "Stage", "TrainingConfig", "read_recipe"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Some epochs at one picture size.

    Parameters
    ----------
    epochs : int
        Passes over the drawn sample.
    input_px : int
        Side of the square that the network sees.
    """

    epochs: int
    input_px: int

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise InputError(f"a stage needs at least one epoch, got {self.epochs}")
        if not 32 <= self.input_px <= 512:
            raise InputError(f"input_px {self.input_px} outside [32, 512]")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that decides the outcome of a training run.

    Parameters
    ----------
    stages : tuple of Stage
        Run one after the other under one learning-rate schedule; the size of the
        last stage is the size used for prediction.
    seed : int
        Fixes sampling, augmentation and the classifier's first weights.
    samples_per_epoch : int
        Photos drawn an epoch, with replacement.
    balance : float
        Exponent of a group's size (class x source) in its share of the sample:
        1 keeps the natural shares, 0 gives every group the same share.
    simulated_share : float
        Share of the sample taken by simulated renders.
    renders_per_kind : int
        Simulated photos of each kind in the training set.
    box_crops : bool
        Add crops about the boxes of the sister detection set, when it lies beside
        the photos.
    frozen_to : str
        Name of the last layer kept as in ImageNet; empty trains every layer.
    network : str
        One of `core.classification.networks.BACKBONES`; the Lite ones start from
        ImageNet, the others from nothing.
    balance_by : str
        What makes a group beside the class: ``source`` or ``scene``. By scene, an
        object that was filmed a hundred times counts little more than one filmed
        five times.
    scene_share : float
        Share of the scenes that are trained on, chosen by the seed; less than 1 only
        for a learning curve.
    large_filters_fixed : bool
        Keep the 5 x 5 filters of single channels as in ImageNet. Their gradient takes
        a fifth of a step and changes few weights.
    probe_views : int
        Random views of each photo on whose ImageNet features the classifier is
        fitted before any layer moves; 0 starts with random weights. A backbone that
        is tuned under a random classifier loses what it knew of scenes unlike these
        [1]_.
    teacher : str
        Deployed model ``NAME@VERSION`` whose opinion of each view is learned beside
        the label (distillation); empty for none.
    teacher_share : float
        Weight of the teacher's opinion, the label has the rest.
    batch_size, learning_rate, backbone_rate, rate_decay, weight_decay : numbers
        AdamW on the classifier at ``learning_rate``, on the last block of the
        backbone at ``learning_rate * backbone_rate``, less by ``rate_decay`` for
        each block before it.
    label_smoothing, mixup, cutmix : float
        Smoothing, and the share of batches mixed by each method.
    dropout : float
        Share of pooled features dropped.
    average_momentum : float
        Momentum of the moving average of the weights, which is what ships.
    stop_after : int
        Epochs after which the run ends although its schedule is longer; 0 for none.
    clean_windows : bool
        With ``box_crops``, add windows between the boxes as ``clean``.
    min_crop_area : float
        Least share of a photo's area that a view shows.
    upside_down, turn, recolour : float
        Shares of views flipped top to bottom, with sides swapped, and recoloured.
    colour_cast : float
        Greatest change of one colour channel when recoloured.
    saturation : tuple of float
        Range of the factor on saturation when recoloured.
    sea_views : float
        Strength of haze, glare, depth colour, blur and burnt-in text
        (`core.mlops.training.sea_views`); 0 for none.

    References
    ----------
    .. [1] A. Kumar et al., "Fine-Tuning can Distort Pretrained Features and
       Underperform Out-of-Distribution", ICLR 2022.
    """

    stages: tuple[Stage, ...]
    seed: int = 1
    samples_per_epoch: int = 3200
    balance: float = 0.5
    simulated_share: float = 0.15
    renders_per_kind: int = 100
    box_crops: bool = True
    frozen_to: str = ""
    batch_size: int = 32
    learning_rate: float = 2e-3
    backbone_rate: float = 0.25
    rate_decay: float = 0.9
    weight_decay: float = 0.02
    label_smoothing: float = 0.1
    mixup: float = 0.3
    cutmix: float = 0.3
    dropout: float = 0.3
    average_momentum: float = 0.995
    stop_after: int = 0
    clean_windows: bool = True
    min_crop_area: float = 0.5
    upside_down: float = 0.1
    turn: float = 0.0
    recolour: float = 0.7
    colour_cast: float = 0.2
    saturation: tuple[float, float] = (0.5, 1.3)
    network: str = "lite0"
    balance_by: str = "source"
    scene_share: float = 1.0
    large_filters_fixed: bool = False
    probe_views: int = 0
    teacher: str = ""
    teacher_share: float = 0.7
    sea_views: float = 0.0

    def __post_init__(self) -> None:
        if not self.stages:
            raise InputError("a training run needs at least one stage")
        for name in ("samples_per_epoch", "batch_size"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} {getattr(self, name)} is less than 1")
        if self.learning_rate <= 0:
            raise InputError(f"learning_rate {self.learning_rate} is not positive")
        for name in (
            "balance",
            "simulated_share",
            "label_smoothing",
            "dropout",
            "average_momentum",
            "min_crop_area",
            "upside_down",
            "turn",
            "recolour",
            "colour_cast",
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} {getattr(self, name)} outside [0, 1]")
        if not self.scene_share > 0:
            raise InputError(f"scene_share {self.scene_share} leaves nothing")
        for name in ("teacher_share", "sea_views", "scene_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} {getattr(self, name)} outside [0, 1]")
        if self.network not in BACKBONES:
            raise InputError(
                f"no network {self.network!r}; there are {', '.join(BACKBONES)}"
            )
        if self.balance_by not in ("source", "scene"):
            raise InputError(f"balance_by {self.balance_by!r} is not source or scene")
        if self.probe_views < 0:
            raise InputError(f"probe_views {self.probe_views} is negative")
        if self.mixup < 0 or self.cutmix < 0 or self.mixup + self.cutmix > 1:
            raise InputError("mixup and cutmix are shares and sum to at most 1")

    @property
    def input_px(self) -> int:
        """Side of the picture at prediction."""
        return self.stages[-1].input_px

    @property
    def epochs(self) -> int:
        """Epochs of all stages, the length of the learning-rate schedule."""
        return sum(stage.epochs for stage in self.stages)

    @property
    def last_epoch(self) -> int:
        """Epochs that are run."""
        return min(self.stop_after or self.epochs, self.epochs)

    def stage_of(self, epoch: int) -> Stage:
        """Find the stage that an epoch, counted from zero, belongs to."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage
            epoch -= stage.epochs
        raise InputError(f"epoch beyond the last of {self.epochs}")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the manifest."""
        return asdict(self) | {
            "stages": [asdict(stage) for stage in self.stages],
            "saturation": list(self.saturation),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """Build from plain values, refusing unknown names.

        Raises
        ------
        InputError
            If a name is unknown or a value has the wrong type.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise InputError(f"unknown training settings: {', '.join(unknown)}")
        try:
            stages = tuple(Stage(**stage) for stage in values.get("stages", ()))
            low, high = values.get("saturation", (0.5, 1.3))
            return cls(**(dict(values) | {"stages": stages, "saturation": (low, high)}))
        except (TypeError, ValueError) as error:
            raise InputError(f"training settings do not fit: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training run and the share of its weights in the model."""

    share: float
    config: TrainingConfig


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is made: runs that are averaged, by weights or by logits.

    Fine-tunings from the same start lie in one basin, so the average of their
    weights is as good as or better than each, at the cost of one network [1]_.
    Runs of different networks are averaged by their logits in one graph.

    Parameters
    ----------
    runs : tuple of Run
        At least one; shares sum to one.
    input_px : int
        Side of the picture at prediction.
    combine : str
        ``weights`` or ``logits``.
    saved_model : bool
        Write a SavedModel beside the LiteRT file.

    References
    ----------
    .. [1] M. Wortsman et al., "Model soups", ICML 2022.
    """

    runs: tuple[Run, ...]
    input_px: int
    combine: str = "weights"
    saved_model: bool = True

    def __post_init__(self) -> None:
        if self.combine not in ("weights", "logits"):
            raise InputError(f"combine {self.combine!r} is not weights or logits")
        networks = {run.config.network for run in self.runs}
        if self.combine == "weights" and len(networks) > 1:
            raise InputError("weights of different networks have no average")
        total = sum(run.share for run in self.runs)
        if abs(total - 1) > 1e-6 or any(run.share <= 0 for run in self.runs):
            raise InputError(f"shares of the runs must be positive, sum to 1: {total}")
        if not 32 <= self.input_px <= 512:
            raise InputError(f"input_px {self.input_px} outside [32, 512]")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the manifest."""
        return {
            "input_px": self.input_px,
            "combine": self.combine,
            "saved_model": self.saved_model,
            "runs": [run.config.to_dict() | {"share": run.share} for run in self.runs],
        }


def read_recipe(path: Path, name: str) -> Recipe:
    """Read how one model is made from a YAML file of several.

    Raises
    ------
    InputError
        If the file is not YAML, has no such model, or its settings do not fit.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"cannot read training settings from {path}") from error
    models = content.get("training") if isinstance(content, dict) else None
    model = models.get(name) if isinstance(models, dict) else None
    if not isinstance(model, dict) or not isinstance(model.get("runs"), list):
        known = ", ".join(sorted(models)) if isinstance(models, dict) else "none"
        raise InputError(f"{path} has no training runs for {name}; known: {known}")
    try:
        runs = tuple(
            Run(
                share=float(values["share"]),
                config=TrainingConfig.from_dict(
                    {key: value for key, value in values.items() if key != "share"}
                ),
            )
            for values in model["runs"]
        )
        return Recipe(
            runs=runs,
            input_px=int(model["input_px"]),
            combine=str(model.get("combine", "weights")),
            saved_model=bool(model.get("saved_model", True)),
        )
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"training runs of {name} in {path} do not fit") from error
