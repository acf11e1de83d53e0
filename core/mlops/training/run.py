"""One training run: photos on disk in, averaged network and its scores out."""

import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np

from core.mlops.evaluation import confusion_matrix, macro_f1
from core.mlops.training.boxes import read_box_crops
from core.mlops.training.config import TrainingConfig
from core.mlops.training.data import (
    Paint,
    PhotoSet,
    painted_photo_set,
    part_of_scenes,
    read_photo_folder,
    scenes_of,
    validation_folder,
)
from core.mlops.training.fit import fit, predict_logits
from core.mlops.training.teacher import Teacher, opinions_of

__all__ = [
    "FIRST_UNSEEN_SEED",
    "Renders",
    "gather_training_photos",
    "run_training",
]

_log = logging.getLogger(__name__)
#: Renders from this seed on are never trained on.
FIRST_UNSEEN_SEED = 1_000_000


class Renders:
    """Simulated photos for training and for scoring, told apart by their seeds.

    Parameters
    ----------
    paint : callable
        ``paint(kind, seed=…, size_px=…)``, such as `core.simulation.render_photo`.
    kinds : mapping of str to str
        Category of each kind.
    """

    def __init__(self, paint: Paint, kinds: dict[str, str]) -> None:
        self._paint = paint
        self._kinds = kinds

    def for_training(self, categories: tuple[str, ...], n_per_kind: int) -> PhotoSet:
        """Paint photos to train on, from seed zero."""
        return painted_photo_set(
            self._paint, self._kinds, categories, n_per_kind=n_per_kind, first_seed=0
        )

    def unseen(self, categories: tuple[str, ...], n_per_kind: int) -> PhotoSet:
        """Paint photos that no training run ever sees."""
        return painted_photo_set(
            self._paint,
            self._kinds,
            categories,
            n_per_kind=n_per_kind,
            first_seed=FIRST_UNSEEN_SEED,
        )


def gather_training_photos(
    config: TrainingConfig,
    photos: Path,
    categories: tuple[str, ...],
    renders: Renders,
    *,
    sources: Collection[str] | None = None,
) -> PhotoSet:
    """Read the training folder, add box crops and renders as the settings say.

    Parameters
    ----------
    config : TrainingConfig
        Says how many renders and whether box crops.
    photos : Path
        Holds ``train/`` and ``val/``; a folder ``boxes`` may lie beside it.
    categories : tuple of str
        The model's categories.
    renders : Renders
        Paints the simulated photos.
    sources : collection of str, optional
        Sources to keep, such as those with an open licence; all if not given.
    """
    train = read_photo_folder(photos / "train", categories)
    _log.info("%d training photos", len(train))
    boxes = photos.parent / "boxes"
    if config.box_crops and (boxes / "boxes.csv").exists():
        crops = read_box_crops(boxes, categories, clean_windows=config.clean_windows)
        _log.info("%d crops about boxes", len(crops))
        train += crops
    if config.renders_per_kind:
        painted = renders.for_training(categories, config.renders_per_kind)
        _log.info("%d simulated renders", len(painted))
        train += painted
    if sources is not None:
        train = train.of_sources(sources)
        _log.info("%d pictures of %s", len(train), ", ".join(sorted(sources)))
    return train


def run_training(
    config: TrainingConfig,
    photos: Path,
    folder: Path,
    categories: tuple[str, ...],
    renders: Renders,
    *,
    score_every: int = 3,
    unseen_per_kind: int = 10,
    sources: Collection[str] | None = None,
    teacher: Teacher | None = None,
) -> Any:
    """Train on ``photos/train`` and log scores on ``photos/val`` as it goes.

    Parameters
    ----------
    config : TrainingConfig
        What to do.
    photos : Path
        Holds ``train/`` and ``val/``.
    folder : Path
        Receives checkpoints and history; the averaged weights end up in
        ``averaged.weights.h5``.
    categories : tuple of str
        Output order.
    renders : Renders
        Paints the simulated photos.
    score_every : int, default 3
        Epochs between two scorings.
    unseen_per_kind : int, default 10
        Unseen renders of each kind in a scoring.
    sources : collection of str, optional
        Sources of training pictures to keep; all if not given.
    teacher : callable, optional
        The network named by ``config.teacher``, from
        `core.mlops.training.teacher.load_teacher`.

    Returns
    -------
    keras.Model
        The averaged network.
    """
    train = gather_training_photos(config, photos, categories, renders, sources=sources)
    scenes = scenes_of(train, photos, "train")
    if config.scene_share < 1:
        kept = part_of_scenes(train, scenes, config.scene_share, seed=config.seed)
        train = train.where(kept)
        scenes = scenes_of(train, photos, "train")
        _log.info("%d pictures of part of the scenes", len(train))
    groups = scenes if config.balance_by == "scene" else ()
    network = fit(
        config,
        train,
        categories,
        folder,
        groups=groups,
        opinions=None if teacher is None else opinions_of(teacher, train),
        after_epoch=_scorer(
            config,
            read_photo_folder(validation_folder(photos), categories),
            renders.unseen(categories, unseen_per_kind),
            len(categories),
            score_every,
        ),
    )
    network.save_weights(str(folder / "averaged.weights.h5"))
    return network


def _scorer(
    config: TrainingConfig,
    val: PhotoSet,
    unseen: PhotoSet,
    n_classes: int,
    score_every: int,
) -> Callable[[int, Any, int], dict[str, Any]]:
    def score(epoch: int, network: Any, side_px: int) -> dict[str, Any]:
        if epoch % score_every and epoch != config.last_epoch:
            return {}
        predicted = predict_logits(network, val, side_px).argmax(axis=1)
        confusion = confusion_matrix(val.labels, predicted, n_classes)
        painted = predict_logits(network, unseen, side_px).argmax(axis=1)
        return {
            "val_accuracy": round(float(np.mean(predicted == val.labels)), 4),
            "val_macro_f1": round(macro_f1(confusion), 4),
            "unseen_renders_accuracy": round(
                float(np.mean(painted == unseen.labels)), 4
            ),
        }

    return score
