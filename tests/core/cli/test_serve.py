import os
import socket
import sys

import pytest
from typer.testing import CliRunner

from core.cli import serve
from core.cli._app import app
from core.config import PROJECT_ROOT


def test_the_server_listens_on_this_machine_only():
    command = serve.server_command(8600)
    assert command[0] == sys.executable
    assert "--server.address=127.0.0.1" in command
    assert "--server.port=8600" in command
    assert str(PROJECT_ROOT / "dashboard" / "server.py") in command


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_does_not_exist_is_wrong_usage(port):
    assert CliRunner().invoke(app, ["serve", "--port", port]).exit_code == 2


def test_a_port_in_use_is_named_before_the_server_starts(monkeypatch):
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("started"))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, ["serve", "--port", str(port)])
    assert done.exit_code == 2
    assert f"port {port} is in use" in done.output
    assert "Gyre is on" not in done.output
