"""Photos made on the spot, and the deployed model."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.classification import load_classifier
from core.config import PROJECT_ROOT, Settings


@pytest.fixture(scope="session")
def settings():
    return Settings(models_dir=PROJECT_ROOT / "models" / "deployment", threads=2)


@pytest.fixture(scope="session")
def classifier(settings):
    return load_classifier("optimized_cnn_model", settings=settings)


def jpeg(seed, *, size=(400, 300), exif=None):
    """A JPEG of smooth random colours."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    out = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(
        out, "JPEG", quality=88, **({"exif": exif} if exif else {})
    )
    return out.getvalue()


def huge_png(width=17_000, height=10_000):
    """A small file that says it is 170 megapixels."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def make_jpeg():
    return jpeg


@pytest.fixture
def mixed_folder(tmp_path):
    """Three good photos and four files that cannot be used."""
    folder = tmp_path / "survey"
    folder.mkdir()
    files = {
        "a_good.jpg": jpeg(1),
        "b_broken.jpg": jpeg(2)[:2000],
        "c_empty.jpg": b"",
        "d_text.jpg": b"these are field notes, not a photo\n",
        "e_good.jpg": jpeg(3),
        "f_huge.png": huge_png(),
        "g_good.jpg": jpeg(4),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder
