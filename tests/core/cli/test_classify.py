import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from core.cli._app import app
from core.config import PROJECT_ROOT
from core.errors import InputError, NotFoundError
from core.observations import CATEGORY_CODES

COLUMNS = [
    "file", "status", "reason", "category", "confidence",
    *(f"p_{code}" for code in CATEGORY_CODES),
    "width", "height", "taken_at", "lat", "lon", "sha256", "model",
]  # fmt: skip


def jpeg(seed):
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    out = io.BytesIO()
    small.resize((160, 120)).save(out, "JPEG")
    return out.getvalue()


def run(*args):
    return CliRunner().invoke(app, ["classify", *map(str, args)])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    (folder / "deck").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(jpeg(1))
    (folder / "deck" / "b.jpg").write_bytes(jpeg(2))
    (folder / "broken.jpg").write_bytes(jpeg(3)[:900])
    (folder / "empty.jpg").write_bytes(b"")
    return folder


def test_a_row_a_file_with_the_columns_of_the_contract(folder, tmp_path):
    out = tmp_path / "p.csv"
    result = run(folder, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    rows = rows_of(out)
    assert list(rows[0]) == COLUMNS
    assert [row["file"].rpartition("/")[2] for row in rows] == [
        "a.jpg",
        "broken.jpg",
        "b.jpg",
        "empty.jpg",
    ]
    statuses = [row["status"] for row in rows]
    assert statuses.count("rejected") == 2
    assert set(statuses) <= {"ok", "low_confidence", "rejected"}
    for row in rows:
        shares = [row[f"p_{code}"] for code in CATEGORY_CODES]
        if row["status"] == "rejected":
            assert row["reason"]
            assert set(shares) == {""}
        else:
            assert sum(map(float, shares)) == pytest.approx(1, abs=1e-4)
            assert float(row["confidence"]) == max(map(float, shares))
    summary = json.loads(result.stdout)
    assert summary["files"] == 4
    assert summary["rejected"] == len(summary["rejections"]) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "p.csv"]


def test_hostile_names_reach_the_table_whole_and_harmless(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["=cmd|x.jpg", "-2.jpg", "@a.jpg", "new\nline.jpg", 'quo"te,.jpg', "ok.jpg"]
    for seed, name in enumerate(names):
        (tmp_path / name).write_bytes(jpeg(seed))
    out = tmp_path / "p.csv"
    result = CliRunner().invoke(app, ["classify", "--out", str(out), "--", *names])
    assert result.exit_code == 0, result.output
    files = [row["file"] for row in rows_of(out)]
    assert files == ["./=cmd|x.jpg", "./-2.jpg", "./@a.jpg", *names[3:]]
    assert all((tmp_path / file).is_file() for file in files)


@pytest.mark.skipif(sys.platform != "linux", reason="names need not be UTF-8 there")
def test_a_name_that_is_not_utf8_is_shown_with_escapes(tmp_path):
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.jpg")  # noqa: PTH118 - bytes
    with open(name, "wb") as file:  # noqa: PTH123 - bytes
        file.write(jpeg(1))
    out = tmp_path / "out" / "p.csv"
    out.parent.mkdir()
    result = run(tmp_path, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    assert rows_of(out)[0]["file"].endswith("caf\\udce9.jpg")


def test_a_folder_of_nothing_gives_a_table_without_rows(tmp_path):
    (tmp_path / "in").mkdir()
    out = tmp_path / "p.csv"
    assert run(tmp_path / "in", "--out", out).exit_code == 0
    assert out.read_text().strip() == ",".join(COLUMNS)


def test_what_cannot_be_done_is_refused_and_nothing_written(folder, tmp_path):
    out = tmp_path / "p.csv"
    assert isinstance(run(folder / "gone", "--out", out).exception, NotFoundError)
    nowhere = tmp_path / "no" / "p.csv"
    assert isinstance(run(folder, "--out", nowhere).exception, InputError)
    unknown = run(folder, "--out", out, "--model", "unknown_model")
    assert isinstance(unknown.exception, NotFoundError)
    assert run(folder, "--out", tmp_path).exit_code == 2
    assert not out.exists()


def test_an_old_table_is_replaced_in_one_step_and_never_classified(folder):
    out = folder / "p.csv"
    out.write_text("old")
    assert run(folder, "--out", out).exit_code == 0
    assert len(rows_of(out)) == 4


def test_the_command_line_needs_neither_tensorflow_nor_pandas(folder, tmp_path):
    code = (
        "import sys\n"
        f"sys.argv = ['gyre', 'classify', {str(folder)!r}, '--out', "
        f"{str(tmp_path / 'p.csv')!r}]\n"
        "from core.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as leave:\n"
        "    assert leave.code in (0, None), leave.code\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'pandas', 'scipy', 'geopandas'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_one_missing_path_does_not_lose_the_batch(folder, tmp_path):
    out = tmp_path / "p.csv"
    result = run(tmp_path / "gone.jpg", folder / "a.jpg", "--out", out)
    assert result.exit_code == 0, result.output
    gone, good = rows_of(out)
    assert gone["file"].endswith("gone.jpg")
    assert gone["status"] == "rejected"
    assert gone["reason"]
    assert good["status"] != "rejected"
