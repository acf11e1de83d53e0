import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from core.cli._app import app
from core.config import PROJECT_ROOT
from core.errors import InputError, ModelError, NotFoundError
from tests.detector_models import deploy, encoded, picture


def run(*args):
    return CliRunner().invoke(app, ["detect", *map(str, args)])


@pytest.fixture(autouse=True)
def models(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("models")
    deploy(folder)
    monkeypatch.setenv("GYRE_MODELS_DIR", str(folder))
    monkeypatch.setenv("GYRE_THREADS", "2")
    return folder


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    (folder / "deck").mkdir(parents=True)
    red = picture(64, 48, ("plastic", 8, 16, 8, 8))
    (folder / "a.png").write_bytes(encoded(red))
    (folder / "deck" / "b.png").write_bytes(
        encoded(picture(64, 48, ("metal", 40, 8, 8, 8)))
    )
    (folder / "empty_sea.png").write_bytes(encoded(picture(64, 48)))
    return folder


def test_boxes_have_the_form_of_the_contract(folder, tmp_path):
    out = tmp_path / "b.json"
    result = run(folder, "--out", out, "--min-score", 0.3, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(out.read_text()) == [
        {
            "file": str(folder / "a.png"),
            "category": "plastic",
            "bbox": [7.0, 15.0, 10.0, 10.0],
            "score": 1.0,
        },
        {
            "file": str(folder / "deck" / "b.png"),
            "category": "metal",
            "bbox": [39.0, 7.0, 10.0, 10.0],
            "score": 1.0,
        },
    ]
    summary = json.loads(result.stdout)
    assert summary["counts"] == {"metal": 1, "plastic": 1}
    assert (summary["files"], summary["with_boxes"], summary["boxes"]) == (3, 2, 2)
    assert "looked at: 3 of 3" in result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.json", "in"]


def test_a_bad_file_is_named_and_the_rest_written(folder, tmp_path):
    (folder / "broken.jpg").write_bytes(encoded(picture(64, 48), "JPEG")[:300])
    (folder / "notes.txt").write_text("three bottles")
    (folder / "empty.jpg").write_bytes(b"")
    out = tmp_path / "b.json"
    result = run(folder, tmp_path / "gone.jpg", "--out", out, "--json")
    assert result.exit_code == 3
    for name in ("broken.jpg", "notes.txt", "empty.jpg", "gone.jpg"):
        assert re.search(rf"error: .*{name}: \w", result.stderr)
    entries = json.loads(out.read_text())
    assert {os.path.basename(e["file"]) for e in entries} >= {"a.png", "b.png"}  # noqa: PTH119
    assert json.loads(result.stdout)["rejected"] == 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_in_pixels_of_the_upright_photo(tmp_path, orientation):
    upright = Image.fromarray(picture(64, 48, ("plastic", 8, 16, 8, 8)))
    # What a camera stores, so that turning it as EXIF says gives the upright photo.
    stored = {
        1: lambda i: i,
        2: lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda i: i.transpose(Image.Transpose.ROTATE_180),
        4: lambda i: i.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda i: i.transpose(Image.Transpose.TRANSPOSE),
        6: lambda i: i.transpose(Image.Transpose.ROTATE_90),
        7: lambda i: i.transpose(Image.Transpose.TRANSVERSE),
        8: lambda i: i.transpose(Image.Transpose.ROTATE_270),
    }[orientation](upright)
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = tmp_path / "turned.jpg"
    photo.write_bytes(
        encoded(stored, "JPEG", quality=95, subsampling=0, exif=exif.tobytes())
    )
    out = tmp_path / "b.json"
    assert run(photo, "--out", out, "--min-score", 0.5).exit_code == 0
    (entry,) = json.loads(out.read_text())
    assert entry["bbox"] == [7.0, 15.0, 10.0, 10.0]


def test_boxes_of_a_large_photo_are_in_its_own_pixels(tmp_path):
    # Decoded at a quarter, then tiled; the box comes back in full pixels.
    photo = tmp_path / "large.jpg"
    large = picture(1600, 1200, ("metal", 600, 300, 200, 200))
    photo.write_bytes(encoded(large, "JPEG"))
    out = tmp_path / "b.json"
    assert run(photo, "--out", out, "--min-score", 0.3).exit_code == 0
    best = json.loads(out.read_text())
    assert {entry["category"] for entry in best} == {"metal"}
    for entry in best:
        x, y, w, h = entry["bbox"]
        assert 480 <= x + w / 2 <= 920
        assert 180 <= y + h / 2 <= 620


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGBA", "1", "P"])
def test_photos_of_every_kind_of_colour_are_looked_at(tmp_path, mode):
    image = Image.fromarray(picture(64, 48, ("plastic", 8, 16, 8, 8))).convert(mode)
    photo = tmp_path / "photo.img"
    photo.write_bytes(encoded(image, "JPEG" if mode in ("L", "CMYK") else "PNG"))
    out = tmp_path / "b.json"
    assert run(photo, "--out", out).exit_code == 0
    has_colour = mode in ("CMYK", "RGBA", "P")
    boxes = [e for e in json.loads(out.read_text()) if e["score"] > 0.5]
    assert [e["category"] for e in boxes] == ["plastic"] * has_colour


def test_a_single_pixel_is_a_photo(tmp_path):
    photo = tmp_path / "dot.png"
    photo.write_bytes(encoded(np.full((1, 1, 3), (255, 0, 0), dtype=np.uint8)))
    out = tmp_path / "b.json"
    assert run(photo, "--out", out).exit_code == 0
    for entry in json.loads(out.read_text()):
        x, y, w, h = entry["bbox"]
        assert min(x, y) >= 0
        assert max(x + w, y + h) <= 1
        assert min(w, h) > 0


def test_hostile_names_reach_the_file_whole_and_the_terminal_harmless(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    good = encoded(picture(64, 48, ("wood", 8, 16, 8, 8)))
    for name in ('quo"te,.png', "=cmd|x.png", "\u202egnp.exe"):
        (folder / name).write_bytes(good)
    (folder / "red\x1b[31m\nline.jpg").write_bytes(b"no photo")
    out = tmp_path / "b.json"
    result = run(folder, "--out", out, "--min-score", 0.5)
    assert result.exit_code == 3
    names = {entry["file"].rpartition("/")[2] for entry in json.loads(out.read_text())}
    assert names == {'quo"te,.png', "=cmd|x.png", "\u202egnp.exe"}
    assert "\x1b" not in result.stderr
    assert r"red\x1b[31m\nline.jpg: " in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names need not be UTF-8 there")
def test_a_name_that_is_not_utf8_is_shown_with_escapes(tmp_path):
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.png")  # noqa: PTH118 - bytes
    with open(name, "wb") as file:  # noqa: PTH123 - bytes
        file.write(encoded(picture(64, 48, ("wood", 8, 16, 8, 8))))
    out = tmp_path / "out" / "b.json"
    out.parent.mkdir()
    assert run(tmp_path, "--out", out, "--json").exit_code == 0
    assert json.loads(out.read_text())[0]["file"].endswith("caf\\udce9.png")


def test_a_folder_of_nothing_gives_no_boxes(tmp_path):
    (tmp_path / "in").mkdir()
    out = tmp_path / "b.json"
    assert run(tmp_path / "in", "--out", out).exit_code == 0
    assert json.loads(out.read_text()) == []


def test_what_cannot_be_done_is_refused_and_nothing_written(folder, tmp_path):
    out = tmp_path / "b.json"
    assert isinstance(run(folder / "gone", "--out", out).exception, NotFoundError)
    nowhere = tmp_path / "no" / "b.json"
    assert isinstance(run(folder, "--out", nowhere).exception, InputError)
    unknown = run(folder, "--out", out, "--model", "unknown_model")
    assert isinstance(unknown.exception, NotFoundError)
    assert run(folder, "--out", tmp_path).exit_code == 2
    assert run(folder, "--out", out, "--min-score", 1.5).exit_code == 2
    assert not out.exists()


def test_a_classifier_is_refused(folder, tmp_path, monkeypatch):
    deployed = PROJECT_ROOT / "models" / "deployment"
    monkeypatch.setenv("GYRE_MODELS_DIR", str(deployed))
    result = run(folder, "--out", tmp_path / "b.json", "--model", "optimized_cnn_model")
    assert isinstance(result.exception, ModelError)


def test_a_file_that_cannot_be_written_is_refused(folder, tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    result = run(folder, "--out", tmp_path / "b.json")
    assert isinstance(result.exception, InputError)
    assert "Permission denied" in str(result.exception)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]


def test_old_boxes_are_replaced_and_never_looked_at(folder):
    out = folder / "b.json"
    out.write_text("old")
    assert run(folder, "--out", out).exit_code == 0
    assert isinstance(json.loads(out.read_text()), list)


def test_no_traceback_and_no_heavy_package(folder, tmp_path, models):
    (folder / "broken.jpg").write_bytes(b"no photo")
    code = (
        "import sys\n"
        f"sys.argv = ['gyre', 'detect', {str(folder)!r}, '--out', "
        f"{str(tmp_path / 'b.json')!r}]\n"
        "from core.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as leave:\n"
        "    assert leave.code == 3, leave.code\n"
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
    assert "Traceback" not in done.stderr
