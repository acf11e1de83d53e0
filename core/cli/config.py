"""``config``: the settings in force."""

import typer

from core.cli._output import JsonOption, emit
from core.config import load_settings

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("config")(show_settings)


def show_settings(as_json: JsonOption = False) -> None:
    """Print the settings in force, without secrets."""
    settings = load_settings().public()
    text = "\n".join(f"GYRE_{name.upper()}={value}" for name, value in settings.items())
    emit(settings, text=text, as_json=as_json)
