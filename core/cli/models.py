"""``models``: what is deployed, whether it is whole, and how to train more."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli import _models_train, models_prepare
from core.cli._output import JsonOption, emit
from core.errors import ModelIntegrityError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_models)
    group.command("list")(list_deployed)
    group.command("show")(show)
    group.command("verify")(verify)
    group.command("train")(_models_train.train)
    models_prepare.register(group)
    app.add_typer(group, name="models")


def _models() -> None:
    """List, show, verify and train models."""


def list_deployed(as_json: JsonOption = False) -> None:
    """List the deployed models."""
    from core.config import load_settings
    from core.mlops.registry import list_models

    rows = list_models(load_settings().models_dir)
    text = "\n".join(_line(row) for row in rows) or "no model is deployed"
    emit(rows, text=text, as_json=as_json)


def _line(row: dict[str, Any]) -> str:
    if row["problem"]:
        return f"{row['model']}: {row['problem']}"
    parts = [row["model"], f"made {str(row['created_at'])[:10]}"]
    for key, label in (("accuracy", "accuracy"), ("macro_f1", "macro-F1")):
        low, high = row[f"{key}_interval"] or (None, None)
        if row[key] is not None and low is not None:
            parts.append(f"{label} {row[key]:.2f} ({low:.2f} to {high:.2f})")
    parts.append(f"{row['size_mb']} MB")
    if row["research_use"]:
        parts.append("research use")
    return ", ".join(parts)


def show(
    model: Annotated[str, typer.Argument(metavar="NAME[@VERSION]")],
    as_json: JsonOption = False,
) -> None:
    """Show a model's card, or its whole manifest with --json."""
    from core.config import load_settings
    from core.mlops.registry import show_model

    manifest = show_model(load_settings().models_dir, model)
    card = Path(manifest["folder"]) / "model_card.md"
    if card.is_file():
        text = card.read_text(encoding="utf-8").rstrip()
    else:
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
    emit(manifest, text=text, as_json=as_json)


def verify(
    model: Annotated[
        str | None, typer.Argument(metavar="[NAME[@VERSION]]", help="All if not given.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare every file of a model, or of all, with its manifest."""
    from core.config import load_settings
    from core.mlops.registry import verify_deployed

    found = verify_deployed(load_settings().models_dir, model)
    text = "\n".join(f"{row['model']}: {row['problem'] or 'whole'}" for row in found)
    emit(found, text=text or "no model is deployed", as_json=as_json)
    if any(row["problem"] for row in found):
        raise ModelIntegrityError("a model is not what its manifest says")
