"""``serve``: the dashboard on this machine."""

import os
import socket
import sys
from typing import Annotated

import typer

from core.config import PROJECT_ROOT

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("serve")(serve)


def serve(
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="Port on 127.0.0.1.")
    ] = 8501,
) -> None:
    """Serve the dashboard on http://127.0.0.1:PORT until interrupted."""
    if _is_taken(port):
        raise typer.BadParameter(
            f"port {port} is in use; choose another", param_hint="--port"
        )
    sys.stderr.write(f"Gyre is on http://127.0.0.1:{port} (Ctrl+C stops it)\n")
    sys.stderr.flush()
    # Streamlit reads .streamlit/config.toml from the working folder, and its server
    # must own the main thread, so this process becomes the server.
    os.chdir(PROJECT_ROOT)
    os.execv(sys.executable, server_command(port))  # noqa: S606 - our own interpreter


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def server_command(port: int) -> list[str]:
    """Command line of the dashboard's server."""
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(PROJECT_ROOT / "dashboard" / "server.py"),
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
    ]
