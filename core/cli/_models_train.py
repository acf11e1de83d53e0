"""``models train``: any kind of model, by its name in the settings file."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._models_champion import opened_store
from core.cli._output import JsonOption, emit

if TYPE_CHECKING:
    from core.config import Settings
    from core.mlops.training.tracked import Tracking

__all__ = ["train"]


def train(
    name: Annotated[
        str, typer.Argument(help="Model to train, as the settings name it")
    ],
    photos: Annotated[
        Path,
        typer.Option(
            "--photos",
            "--data",
            help="Holds train/ and val/ by category; boxes.csv and pictures for "
            "debris_detector; the tables of observations for debris_forest.",
        ),
    ],
    version: Annotated[
        int | None,
        typer.Option(
            "--version", min=1, help="To deploy it as; the next if not given."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="YAML; config/model_config.yaml or, for the detector, "
            "config/detector_config.yaml if not given.",
        ),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            "--licence",
            help="any, or open: sources with an open licence alone, as always for "
            "names that start with open_.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help="As in the settings if not given."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model and deploy it as a new version.

    The run keeps its checkpoints below models/training and goes on after a kill, when
    the same command is given again. It is logged to MLflow (GYRE_MLFLOW_URI).
    """
    from core.classification import deployed_models
    from core.config import PROJECT_ROOT, load_settings
    from core.errors import InputError, ModelError
    from core.mlops.promotion import record_training
    from core.mlops.training.job import DEPLOYED_NAMES

    is_open = name.startswith("open_")
    if is_open and licence == "any":
        raise InputError(f"{name} is trained on open sources alone: --licence open")
    settings = load_settings()
    deployed = DEPLOYED_NAMES.get(name, name)
    taken = deployed_models(settings.models_dir).get(deployed, [])
    version = version or max(taken, default=0) + 1
    if version in taken:
        raise ModelError(
            f"{deployed}@{version} is deployed already; take another version"
        )
    order = _Order(
        name=name,
        version=version,
        photos=photos,
        config=config or PROJECT_ROOT / "config" / _CONFIGS.get(name, _CONFIG),
        runs_dir=PROJECT_ROOT / "models" / "training",
        licence=licence or ("open" if is_open else "any"),
        seed=seed,
        settings=settings,
    )
    payload, text = _TRAINERS.get(name, _train_classifier)(order)
    with opened_store(settings) as store:
        record_training(store, settings.models_dir, payload["model"], settings.actor)
    emit(payload, text=text, as_json=as_json)


_CONFIG = "model_config.yaml"
_CONFIGS = {"debris_detector": "detector_config.yaml"}


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What is to be trained."""

    name: str
    version: int
    photos: Path
    config: Path
    runs_dir: Path
    licence: str
    seed: int | None
    settings: "Settings"

    @property
    def folder(self) -> Path:
        """Of the checkpoints."""
        return self.runs_dir / f"{self.name}_{self.version}"

    def tracking(self) -> "Tracking":
        """Where the run is logged."""
        from core.config import PROJECT_ROOT
        from core.mlops.provenance import code_commit
        from core.mlops.training.tracked import Tracking

        return Tracking(
            uri=self.settings.resolved_mlflow_uri,
            commit=code_commit(PROJECT_ROOT),
            tell=_tell,
        )


def _train_classifier(order: _Order) -> tuple[dict[str, Any], str]:
    from core.mlops.training.job import train_and_deploy
    from core.mlops.training.run import Renders
    from core.observations import CATEGORY_CODES
    from core.simulation import RENDER_KINDS, render_photo

    manifest = train_and_deploy(
        order.name,
        order.version,
        config_file=order.config,
        photos=order.photos,
        folder=order.folder,
        models_dir=order.settings.models_dir,
        categories=CATEGORY_CODES,
        renders=Renders(render_photo, dict(RENDER_KINDS)),
        licence=order.licence,
        seed=order.seed,
        tracking=order.tracking(),
    )
    val = manifest.content["metrics"]["val"]
    payload = {
        "model": manifest.model_id,
        "accuracy": val["accuracy"],
        "macro_f1": val["macro_f1"],
        "n": val["n"],
    }
    text = (
        f"{manifest.model_id}: accuracy {val['accuracy']:.3f}, "
        f"macro-F1 {val['macro_f1']:.3f} on {val['n']} validation photos"
    )
    return payload, text


def _train_detector(order: _Order) -> tuple[dict[str, Any], str]:
    from core.errors import InputError
    from core.mlops.training.other_kinds import train_tracked_detector

    if order.licence != "any":
        raise InputError("a detector is trained on every source; --licence any")
    manifest = train_tracked_detector(
        order.config,
        order.photos,
        version=order.version,
        runs_dir=order.runs_dir,
        models_dir=order.settings.models_dir,
        seed=order.seed,
        tracking=order.tracking(),
    )
    val = manifest.content["metrics"]["val"]
    names = ("map50", "ap50_any", "n")
    payload = {"model": manifest.model_id} | {name: val[name] for name in names}
    text = (
        f"{manifest.model_id}: mAP50 {val['map50']:.3f}, AP50 of any "
        f"{val['ap50_any']:.3f} on {val['n']} validation pictures"
    )
    return payload, text


def _train_forest(order: _Order) -> tuple[dict[str, Any], str]:
    from core.mlops.registry import read_deployed
    from core.mlops.training.other_kinds import train_tracked_forest

    folder = train_tracked_forest(
        order.photos,
        name=order.name,
        version=order.version,
        folder=order.folder,
        models_dir=order.settings.models_dir,
        licence=order.licence,
        seed=1 if order.seed is None else order.seed,
        tracking=order.tracking(),
    )
    model = read_deployed(folder)
    targets = sorted(model.content["targets"])
    payload = {"model": model.model_id, "targets": targets}
    return payload, f"{model.model_id}: {', '.join(targets)}; see models show"


_TRAINERS = {
    "debris_detector": _train_detector,
    "debris_forest": _train_forest,
    "open_debris_forest": _train_forest,
}


def _tell(words: str) -> None:
    sys.stderr.write(words + "\n")
