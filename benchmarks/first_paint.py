"""Seconds from a healthy server to the first page drawn, in a real browser.

The server starts cold, over an empty store and over the demo data. The page counts as
painted when its heading is visible, and as settled when its script has run to the end.
The baseline in the same run is Streamlit itself showing one line of text.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import Row
from core.config import PROJECT_ROOT
from core.errors import CleanupError, NotFoundError

__all__ = ["run"]

_IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
_START_S = 60
_BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]


def run() -> list[Row]:
    """Time the first page; needs a Chromium on the PATH."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = folder / "plain.py"
        plain.write_text('import streamlit as st\nst.title("Plain")\n')
        demo = folder / "demo"
        subprocess.run(
            [sys.executable, "-m", "core", "demo"],
            cwd=PROJECT_ROOT,
            env=_environment(demo),
            check=True,
            capture_output=True,
        )
        app = PROJECT_ROOT / "dashboard" / "server.py"
        baseline, _ = _first_paint(plain, folder / "none")
        empty, empty_settled = _first_paint(app, folder / "empty")
        full, full_settled = _first_paint(app, demo)
    return [
        _row("first paint, empty store", empty, "target 5 s"),
        _row("first paint, demo data", full, "target 5 s"),
        _row("settled, empty store", empty_settled),
        _row("settled, demo data", full_settled),
        _row("baseline: one line of text in Streamlit", baseline),
        {
            "measure": "demo data against the baseline",
            "value": full / baseline,
            "unit": "times",
        },
    ]


def _row(measure: str, seconds: float, note: str = "") -> Row:
    return {"measure": measure, "value": seconds, "unit": "s", "note": note}


def _environment(data_dir: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GYRE_")}
    return kept | {"GYRE_DATA_DIR": str(data_dir)}


def _first_paint(script: Path, data_dir: Path) -> tuple[float, float]:
    """Seconds to the heading and to the end of the script."""
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        raise NotFoundError("no Chromium on the PATH; install one to time the page")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=_BROWSER_FLAGS
        )
        page = browser.new_page()
        with _server(script, data_dir) as url:
            started = time.perf_counter()
            page.goto(url)
            page.locator("h1").first.wait_for()
            painted = time.perf_counter() - started
            page.wait_for_selector(_IDLE)
            settled = time.perf_counter() - started
        browser.close()
    return painted, settled


@contextmanager
def _server(script: Path, data_dir: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(script)),
            *(f"--server.port={port}", "--server.headless=true"),
        ],
        cwd=PROJECT_ROOT,
        env=_environment(data_dir),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait(url: str) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.05)
    raise CleanupError(f"the server did not answer within {_START_S} s")
