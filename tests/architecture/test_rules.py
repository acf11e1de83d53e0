"""Rules of the house that a linter does not know."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import typer
import typer.core
import typer.main

import core
from core.cli import app
from core.config import Settings

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [p for folder in ("core", "dashboard") for p in (ROOT / folder).rglob("*.py")]
MAX_LINES = 400
MAX_PAGE_LINES = 150


def test_modules_stay_small():
    long = {
        str(p.relative_to(ROOT)): n
        for p in PYTHON
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_pages_are_thin():
    pages = (ROOT / "dashboard" / "views").glob("*.py")
    long = {
        p.name: n
        for p in pages
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > MAX_PAGE_LINES
    }
    assert long == {}


def test_no_code_loads_pickles_or_trusts_html():
    forbidden = re.compile(
        r"\b(pickle\.loads?|joblib\.load|marshal\.loads?|yaml\.load\(|eval\(|exec\()"
    )
    for path in PYTHON:
        text = path.read_text(encoding="utf-8")
        assert "unsafe_allow_html" not in text, path
        assert not forbidden.search(text), path


def test_no_code_swallows_every_error():
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{path}:{node.lineno} bare except"


def test_no_page_reaches_outside_hosts():
    link = re.compile(r"https?://(?!127\.0\.0\.1|localhost)[\w./-]+")
    namespaces = re.compile(
        r"https?://(www\.)?(topografix\.com|opengis\.net|w3\.org|garmin\.com"
        r"|cirm\.org/RTZ|opencpn\.org|google\.com/kml/ext"
        r"|(rs|dwc)\.tdwg\.org|rs\.iobis\.org/obis/terms|eml\.ecoinformatics\.org)"
    )
    for path in PYTHON:
        for found in link.finditer(path.read_text(encoding="utf-8")):
            assert namespaces.match(found.group()), f"{path}: {found.group()}"


def test_every_public_name_exists():
    for info in pkgutil.walk_packages(core.__path__, "core."):
        if info.name == "core.__main__" or ".migrations" in info.name:
            continue
        module = importlib.import_module(info.name)
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{info.name}.__all__ names {name}"


def test_every_package_lists_its_public_names():
    for path in (ROOT / "core").rglob("__init__.py"):
        if "migrations" in path.parts or path.parent.name == "core":
            continue
        assert "__all__" in path.read_text(encoding="utf-8"), path


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"`GYRE_{name.upper()}`" in text


def test_no_shared_photo_is_in_the_tree():
    pattern = re.compile(
        r"(trashcan|aquatrash|riverfloat|okinawa|floatscene|studio|beachbg|reef)_\d+\.jpe?g$"
    )
    skipped = {".venv", ".git", "data"}
    for path in ROOT.rglob("*.jp*g"):
        if not skipped & set(path.relative_to(ROOT).parts):
            assert not pattern.search(path.name), path


def test_every_command_is_documented():
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    names = list(group.commands)
    assert len(names) > 5
    for name in names:
        assert f"`{name}" in text, f"docs/cli.md lacks {name}"
