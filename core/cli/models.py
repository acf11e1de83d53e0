"""``models``: what is deployed and whole, how good it is, which is in use."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli import (
    _models_champion,
    _models_compare,
    _models_train,
    models_labels,
    models_prepare,
)
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
    group.command("evaluate")(_models_compare.evaluate)
    group.command("compare")(_models_compare.compare)
    group.command("deploy")(_models_champion.deploy)
    group.command("promote")(_models_champion.promote)
    group.command("rollback")(_models_champion.rollback)
    models_prepare.register(group)
    models_labels.register(group)
    app.add_typer(group, name="models")


def _models() -> None:
    """List, train, evaluate, compare and promote models."""


def list_deployed(as_json: JsonOption = False) -> None:
    """List the deployed models."""
    from core.config import load_settings
    from core.mlops.registry import list_models

    rows = list_models(load_settings().models_dir)
    text = "\n".join(_line(row) for row in rows) or "no model is deployed"
    emit(rows, text=text, as_json=as_json)


def _line(row: dict[str, Any]) -> str:
    from core.mlops.comparison_text import LABELS

    if row["problem"]:
        return f"{row['model']}: {row['problem']}"
    kind = "" if row["kind"] == "classifier" else f" ({row['kind']})"
    parts = [f"{row['model']}{kind}", f"made {str(row['created_at'])[:10]}"]
    for name in ("accuracy", "macro_f1", "map50", "ap50_any"):
        entry = row["scores"].get(name, {})
        low, high = entry.get("interval") or (None, None)
        if low is not None:
            words = f"{entry['value']:.2f} ({low:.2f} to {high:.2f})"
            parts.append(f"{LABELS[name]} {words}")
    parts.append(f"{row['size_mb']} MB")
    if row["research_use"]:
        parts.append("research use")
    if row["is_champion"]:
        parts.append("champion")
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
