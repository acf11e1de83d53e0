"""``audit``: is the record of decisions unbroken."""

from typing import Annotated

import typer

from core.cli._output import JsonOption, emit, report_error
from core.config import load_settings
from core.errors import NotFoundError

__all__ = ["register"]

_audit = typer.Typer(
    name="audit", no_args_is_help=True, help="The record of decisions."
)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(_audit, name="audit")


@_audit.callback()
def _every_audit_command() -> None:
    """Check the record of decisions."""


@_audit.command("verify")
def verify(
    expect_head: Annotated[
        str,
        typer.Option(help="Head hash noted earlier; it must occur in the chain."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Recompute the audit chain: exit 0 and its head, or 3 and the first broken record.

    Nothing is written. A chain that was cut off at its end still holds by itself; give
    the head you noted earlier to find that.
    """
    from core.governance import BrokenLink, find_break
    from core.storage import open_store, sqlite_path

    settings = load_settings()
    url = settings.resolved_database_url
    if not sqlite_path(url).exists():
        raise NotFoundError(f"no database at {sqlite_path(url)}")
    with open_store(url, data_dir=settings.data_dir) as store:
        found = find_break(store)
        is_known = not expect_head or any(
            entry["entry_hash"] == expect_head for entry in store.audit.walk()
        )
    if isinstance(found, BrokenLink):
        broken = {"seq": found.seq, "reason": found.reason}
        result = {"valid": False, "length": found.length, "broken": broken}
        words = (
            f"audit record {found.seq} is broken: {found.reason}; "
            f"the {found.length} before it hold"
        )
    elif not is_known:
        result = {"valid": False, "length": found.length, "head": found.head}
        words = f"the chain holds, but {expect_head[:64]} is not in it: it was cut"
    else:
        result = {"valid": True, "length": found.length, "head": found.head}
        emit(result, text=found.head, as_json=as_json)
        return
    if as_json:
        emit(result, text="", as_json=True)
    report_error(words)
    raise typer.Exit(3)
