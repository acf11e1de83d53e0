"""Imports point one way; the arrows of docs/architecture.md, checked on the syntax."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOOR = {"errors", "units", "geo", "config", "coastline", "jit"}

#: For each package of core, the other packages it may import besides the floor.
ARROWS: dict[str, set[str]] = {
    "observations": set(),
    "imagery": set(),
    "classification": {"imagery", "observations"},
    "density": {"observations"},
    "detection": {"classification", "imagery", "observations"},
    "distribution": {"observations", "storage"},
    "routing": {"observations"},
    "environment": set(),
    "drift": set(),
    "forecasts": {
        "drift",
        "environment",
        "governance",
        "jobs",
        "observations",
        "storage",
    },
    "planning": {
        "drift",
        "environment",
        "forecasts",
        "governance",
        "jobs",
        "observations",
        "routing",
        "storage",
    },
    "efficiency": set(),
    "imports": {"governance", "jobs", "observations", "storage"},
    "priorities": {"density", "governance", "observations", "storage"},
    "storage": {"observations"},
    "governance": {"storage"},
    "jobs": {"storage"},
    "mlops": {
        "classification",
        "detection",
        "distribution",
        "governance",
        "imagery",
        "observations",
        "storage",
    },
    "surveys": {
        "classification",
        "detection",
        "governance",
        "imagery",
        "jobs",
        "observations",
        "storage",
    },
    "simulation": {
        "classification",
        "detection",
        "efficiency",
        "environment",
        "forecasts",
        "governance",
        "imagery",
        "imports",
        "observations",
        "planning",
        "priorities",
        "routing",
        "storage",
        "surveys",
    },
}
FORBIDDEN_IN_CORE = {"streamlit", "pydeck", "dashboard"}
TENSORFLOW_PACKAGES = ("core/classification/networks/", "core/mlops/training/")


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported_modules(path: Path) -> list[tuple[str, ast.AST, bool]]:
    """Dotted names a file imports, and whether the import runs on loading it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found: list[tuple[str, ast.AST, bool]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        on_load = id(node) not in lazy and id(node) not in typing_only
        found.extend((name, node, on_load) for name in names)
    return found


def owner(path: Path) -> str:
    """Package of core, or floor module, that a file belongs to."""
    return path.relative_to(ROOT / "core").parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    "path", sources("core"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_core_imports_follow_the_arrows(path):
    package = owner(path)
    for name, _, _ in imported_modules(path):
        parts = name.split(".")
        assert parts[0] not in FORBIDDEN_IN_CORE, f"{path} imports {name}"
        if parts[0] != "core" or len(parts) < 2:
            continue
        target = parts[1]
        if package in {"cli", "__main__"}:
            continue
        assert target != "cli", f"{path} imports {name}"
        if target in FLOOR or target == package or target == "__version__":
            continue
        assert package not in FLOOR, f"the floor imports {name} in {path}"
        allowed = ARROWS.get(package, set())
        assert target in allowed, f"{path}: {package} -> {target} is no arrow"


def test_every_package_has_its_arrows_declared():
    packages = {
        p.name for p in (ROOT / "core").iterdir() if (p / "__init__.py").exists()
    }
    assert packages - {"cli"} <= set(ARROWS)


def test_only_training_imports_tensorflow_and_never_on_load():
    for path in [*sources("core"), *sources("dashboard")]:
        relative = str(path.relative_to(ROOT))
        for name, _, on_load in imported_modules(path):
            if name.split(".")[0] not in {"tensorflow", "keras"}:
                continue
            assert relative.startswith(TENSORFLOW_PACKAGES), (
                f"{relative} imports {name}"
            )
            assert not on_load, f"{relative} imports {name} when it is loaded"


def test_command_modules_import_the_floor_only_on_load():
    allowed = FLOOR | {"cli"}
    for path in sources("core/cli"):
        for name, _, on_load in imported_modules(path):
            parts = name.split(".")
            if on_load and parts[0] == "core":
                assert parts[1] in allowed, f"{path} imports {name} when it is loaded"


def test_the_dashboard_is_imported_by_nothing():
    for folder in ("core", "benchmarks"):
        for path in sources(folder):
            for name, _, _ in imported_modules(path):
                assert name.split(".")[0] != "dashboard", f"{path} imports {name}"
