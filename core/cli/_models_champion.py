"""``models deploy``, ``promote``, ``rollback``: which model is in use, audited."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli._output import JsonOption, emit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.config import Settings
    from core.storage import Store

__all__ = ["deploy", "opened_store", "promote", "rollback"]


@contextmanager
def opened_store(settings: "Settings") -> "Iterator[Store]":
    """Open the store that keeps the audit log."""
    from core.storage import open_store

    url = settings.resolved_database_url
    with open_store(url, data_dir=settings.data_dir) as store:
        yield store


def deploy(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="NAME/VERSION of a model.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Bring a model made elsewhere in, after comparing it with its manifest.

    It is not in use until it is promoted.
    """
    from core.config import load_settings
    from core.mlops.promotion import deploy_folder

    settings = load_settings()
    with opened_store(settings) as store:
        model = deploy_folder(
            store, folder, models_dir=settings.models_dir, actor=settings.actor
        )
    payload = {"model": model.model_id, "kind": model.kind}
    emit(payload, text=f"{model.model_id} is deployed", as_json=as_json)


def promote(
    name: Annotated[str, typer.Argument(metavar="NAME[@VERSION]")],
    force: Annotated[
        str,
        typer.Option(
            "--force", metavar="REASON", help="Promote although a test fails."
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a model the champion of its kind, if it passes its tests."""
    from core.config import load_settings
    from core.mlops.promotion import promote as make_champion

    settings = load_settings()
    with opened_store(settings) as store:
        done = make_champion(
            store,
            name,
            models_dir=settings.models_dir,
            actor=settings.actor,
            force=force,
        )
    lines = [
        f"{'passed' if check.is_passed else 'FAILED'} {check.name}: {check.told}"
        for check in done.checks
    ]
    before = f", before it {done.before}" if done.before else ""
    lines.append(f"{done.model} is the champion {done.role}{before}")
    emit(done.to_dict(), text="\n".join(lines), as_json=as_json)


def rollback(
    role: Annotated[
        str, typer.Argument(help="classifier, detector or forest.")
    ] = "classifier",
    as_json: JsonOption = False,
) -> None:
    """Make the champion before the present one the champion again."""
    from core.config import load_settings
    from core.mlops.promotion import rollback as take_back

    settings = load_settings()
    with opened_store(settings) as store:
        done = take_back(
            store, role, models_dir=settings.models_dir, actor=settings.actor
        )
    text = f"{done.model} is the champion {done.role} again, before it {done.before}"
    emit(done.to_dict(), text=text, as_json=as_json)
