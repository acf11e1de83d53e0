"""``schema``: what a file must look like."""

from dataclasses import asdict
from typing import Annotated

import typer

from core.cli._output import JsonOption, emit
from core.cli._schemas import SCHEMAS, Schema
from core.errors import NotFoundError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("schema")(show_schema)


def show_schema(
    name: Annotated[
        str, typer.Argument(help=f"One of: {', '.join(SCHEMAS)}.", show_default=False)
    ],
    example: Annotated[
        bool, typer.Option("--example", help="Print the example alone, to save it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the fields of a file layout and an example."""
    schema = SCHEMAS.get(name)
    if schema is None:
        raise NotFoundError(f"no layout {name[:60]!r}; known: {', '.join(SCHEMAS)}")
    text = schema.example.rstrip("\n") if example else _in_words(schema)
    emit(asdict(schema), text=text, as_json=as_json)


def _in_words(schema: Schema) -> str:
    width = max(len(field.name) for field in schema.fields)
    kinds = max(len(field.kind) for field in schema.fields)
    lines = [f"{schema.name} ({schema.formats}): {schema.what}", "", "Fields:"]
    lines += [
        f"  {field.name:<{width}}  {'required' if field.required else 'optional'}  "
        f"{field.kind:<{kinds}}  {field.meaning}"
        for field in schema.fields
    ]
    return "\n".join([*lines, "", "Example:", "", schema.example.rstrip("\n")])
