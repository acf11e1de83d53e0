"""The command line: one module a capability, errors turned into exit codes.

A command module imports typer and the floor only; the domain package is imported
inside the command, so ``--help`` never pays for what it does not use.
"""

from core.cli._app import app, main

__all__ = ["app", "main"]
