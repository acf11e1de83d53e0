"""``models train``: any kind of model, by its name in the settings file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._models_champion import opened_store
from core.cli._output import JsonOption, emit

if TYPE_CHECKING:
    from core.config import Settings

__all__ = ["train"]


def train(
    name: Annotated[
        str, typer.Argument(help="Model to train, as the settings name it")
    ],
    photos: Annotated[
        Path, typer.Option("--photos", help="Holds train/ and val/, by category.")
    ],
    version: Annotated[
        int | None,
        typer.Option(
            "--version", min=1, help="To deploy it as; the next if not given."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="YAML; config/model_config.yaml if not given."),
    ] = None,
    licence: Annotated[
        str,
        typer.Option(
            "--licence", help="any, or open: sources with an open licence alone."
        ),
    ] = "any",
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
    from core.errors import ModelError
    from core.mlops.promotion import record_training
    from core.mlops.training.job import DEPLOYED_NAMES

    settings = load_settings()
    deployed = DEPLOYED_NAMES.get(name, name)
    taken = deployed_models(settings.models_dir).get(deployed, [])
    version = version or max(taken, default=0) + 1
    if version in taken:
        raise ModelError(
            f"{deployed}@{version} is deployed already; take another version"
        )
    payload = _train_classifier(
        name,
        version,
        photos=photos,
        config=config or PROJECT_ROOT / "config" / "model_config.yaml",
        folder=PROJECT_ROOT / "models" / "training" / f"{name}_{version}",
        licence=licence,
        seed=seed,
        settings=settings,
    )
    with opened_store(settings) as store:
        record_training(store, settings.models_dir, payload["model"], settings.actor)
    text = (
        f"{payload['model']}: accuracy {payload['accuracy']:.3f}, "
        f"macro-F1 {payload['macro_f1']:.3f} on {payload['n']} validation photos"
    )
    emit(payload, text=text, as_json=as_json)


def _train_classifier(
    name: str,
    version: int,
    *,
    photos: Path,
    config: Path,
    folder: Path,
    licence: str,
    seed: int | None,
    settings: "Settings",
) -> dict[str, Any]:
    from core.config import PROJECT_ROOT
    from core.mlops.provenance import code_commit
    from core.mlops.training.job import train_and_deploy
    from core.mlops.training.run import Renders
    from core.mlops.training.tracked import Tracking
    from core.observations import CATEGORY_CODES
    from core.simulation import RENDER_KINDS, render_photo

    manifest = train_and_deploy(
        name,
        version,
        config_file=config,
        photos=photos,
        folder=folder,
        models_dir=settings.models_dir,
        categories=CATEGORY_CODES,
        renders=Renders(render_photo, dict(RENDER_KINDS)),
        licence=licence,
        seed=seed,
        tracking=Tracking(
            uri=settings.resolved_mlflow_uri,
            commit=code_commit(PROJECT_ROOT),
            tell=_tell,
        ),
    )
    val = manifest.content["metrics"]["val"]
    return {
        "model": manifest.model_id,
        "accuracy": val["accuracy"],
        "macro_f1": val["macro_f1"],
        "n": val["n"],
    }


def _tell(words: str) -> None:
    sys.stderr.write(words + "\n")
