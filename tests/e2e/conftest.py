"""A real server on a free port and a real browser that can reach nothing else."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
START_SECONDS = 60
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(
        reason="no Chromium on this machine; install one to run the browser tests"
    )
    for item in items:
        if "e2e" in Path(str(item.fspath)).parts and CHROMIUM is None:
            item.add_marker(missing)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data_dir: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GYRE_")}
    return kept | {"GYRE_DATA_DIR": str(data_dir), "GYRE_ACTOR": "e2e"}


def run_core(data_dir: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the command line on the server's data."""
    return subprocess.run(
        [sys.executable, "-m", "core", *args],
        cwd=ROOT,
        env=_environment(data_dir),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )


def serve(data_dir: Path, log: Path) -> Iterator[str]:
    """Run a server over a data folder; yields its address."""
    port = _free_port()
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "core", "serve", "--port", str(port)],
            cwd=ROOT,
            env=_environment(data_dir),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(url, server, log)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the server stopped at start:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"no answer within {START_SECONDS} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(scope="session")
def empty_server(
    empty_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server whose store holds nothing yet."""
    yield from serve(empty_data, tmp_path_factory.mktemp("log") / "server.log")


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("demo")
    run_core(data, "demo")
    return data


@pytest.fixture(scope="session")
def demo_server(
    demo_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server over the demo data."""
    yield from serve(demo_data, tmp_path_factory.mktemp("log") / "server.log")


@dataclass
class Watched:
    """A page and everything about it that must not happen."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def settle(self, *, timeout_s: float = 60.0) -> None:
        """Wait until the script behind the page has run to its end."""
        self.page.wait_for_selector(IDLE, timeout=timeout_s * 1000)
        self.page.wait_for_timeout(400)
        self.page.wait_for_selector(IDLE, timeout=timeout_s * 1000)

    def open(self, title: str) -> None:
        """Go to a page by its link in the sidebar."""
        link = self.page.get_by_test_id("stSidebarNavLink").filter(has_text=title)
        link.click()
        self.page.get_by_role("heading", name=title, level=1).wait_for(timeout=60_000)
        self.settle()

    def pages(self) -> list[str]:
        """Titles in the sidebar, in order."""
        links = self.page.get_by_test_id("stSidebarNavLink").all_inner_texts()
        return [text.splitlines()[-1] for text in links]  # the icon's name comes first

    def picture(self, name: str) -> None:
        """Keep a screenshot where GYRE_SCREENSHOTS asks for it."""
        folder = os.environ.get("GYRE_SCREENSHOTS")
        if folder is None:
            return
        self.page.wait_for_timeout(1500)  # maps and charts draw after the script
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.fixture
def watched(page: Page) -> Iterator[Watched]:
    """A page that fails the test on a console error or a request to another host."""
    seen = Watched(page)

    def note_console(message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind == "error":
            seen.complaints.append(f"console: {text}")

    def note_request(request: object) -> None:
        url = str(getattr(request, "url", ""))
        local = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "about:")
        if not url.startswith(local):
            seen.complaints.append(f"request to another host: {url}")

    page.on("console", note_console)
    page.on("pageerror", lambda error: seen.complaints.append(f"page error: {error}"))
    page.on("request", note_request)
    yield seen
    assert seen.complaints == []
