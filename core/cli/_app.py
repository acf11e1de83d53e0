"""The typer application and the way errors leave it."""

import logging
import sys

import typer

from core.cli import (
    audit,
    backup,
    classify,
    config,
    demo,
    density,
    detect,
    drift,
    evaluate,
    export,
    forcing,
    import_,
    ingest,
    models,
    plan,
    prior,
    schema,
    serve,
)
from core.cli._output import report_error
from core.errors import (
    CleanupError,
    InfeasibleError,
    InputError,
    NotFoundError,
    SourceError,
    SourceRefused,
)

__all__ = ["app", "main"]

#: The contract's exit codes; anything else that Gyre refuses is 1.
_EXIT_CODES: tuple[tuple[type[CleanupError], int], ...] = (
    (InfeasibleError, 4),
    (SourceRefused, 3),  # the request has to change, trying again does not help
    (SourceError, 5),
    (InputError, 3),
    (NotFoundError, 3),
)

app = typer.Typer(
    name="gyre",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _every_command() -> None:
    """From survey photos and counts to a debris map and a cleanup plan."""


audit.register(app)
backup.register(app)
classify.register(app)
config.register(app)
demo.register(app)
density.register(app)
detect.register(app)
drift.register(app)
evaluate.register(app)
export.register(app)
forcing.register(app)
import_.register(app)
ingest.register(app)
models.register(app)
plan.register(app)
prior.register(app)
schema.register(app)
serve.register(app)


def exit_code_of(error: CleanupError) -> int:
    """Exit code of a refused command, as promised in ``docs/cli.md``."""
    for kind, code in _EXIT_CODES:
        if isinstance(error, kind):
            return code
    return 1


def main() -> None:
    """Run the command line and exit; no traceback reaches the user."""
    logging.basicConfig(
        level=logging.WARNING,
        stream=sys.stderr,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        app()  # leaves by SystemExit; wrong usage is exit code 2
    except CleanupError as error:
        report_error(str(error))
        sys.exit(exit_code_of(error))
