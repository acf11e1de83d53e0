"""What leaves the command line: exit codes, JSON, no traceback."""

import json
import subprocess
import sys

import pytest

from core import errors
from core.cli import _app


def run(*args):
    return subprocess.run(
        [sys.executable, "-m", "core", *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InputError("x"), 3),
        (errors.ImageError("x"), 3),
        (errors.NotFoundError("x"), 3),
        (errors.InfeasibleError("x"), 4),
        (errors.SourceTimeout("x"), 5),
        (errors.SourceError("x"), 5),
        (errors.SourceRefused("x"), 3),
        (errors.StorageError("x"), 1),
    ],
)
def test_each_refusal_has_its_exit_code(error, code):
    assert _app.exit_code_of(error) == code


def test_wrong_usage_is_exit_code_2_without_a_traceback():
    done = run("config", "--no-such-option")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_config_prints_one_json_document():
    done = run("config", "--json")
    assert done.returncode == 0
    assert "database_url" in json.loads(done.stdout)


def test_help_loads_no_domain_package():
    code = (
        "import sys\n"
        "from core.cli import app\n"
        "heavy = {'tensorflow', 'keras', 'streamlit', 'sklearn', 'pyvrp',"
        " 'geopandas', 'pandas', 'scipy', 'sqlalchemy', 'h3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
