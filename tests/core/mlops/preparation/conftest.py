import io
import json

import numpy as np
import pytest
from PIL import Image


def picture(seed, *, size=(64, 48), kind="JPEG", exif=None):
    """Bytes of a picture whose content is decided by a seed."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    out = io.BytesIO()
    options = {"exif": exif} if exif else {}
    small.resize(size, Image.Resampling.BICUBIC).save(out, kind, **options)
    return out.getvalue()


class SetMaker:
    """Writes small sets into a folder."""

    def __init__(self, root):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, name, seed=0, **options):
        return self.write(name, picture(seed, **options))

    def write(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def coco(self, images, annotations, categories=("plastic", "metal"), name="a.json"):
        document = {
            "images": images,
            "annotations": annotations,
            "categories": [{"id": k, "name": n} for k, n in enumerate(categories)],
        }
        return self.write(name, json.dumps(document))


@pytest.fixture
def make(tmp_path):
    return SetMaker(tmp_path / "set")


@pytest.fixture
def folder_set(make):
    """Sixty pictures of three classes, each class from ten scenes of two pictures."""
    rows = ["file,label,source,scene_group,licence_class"]
    for c, category in enumerate(("glass", "metal", "plastic")):
        for k in range(20):
            name = f"{category}/{k}.jpg"
            make.put(name, seed=100 * c + k)
            source = "boat" if k < 10 else "beach"
            rows.append(f"{name},{category},{source},{category}-{k // 2},open")
    make.write("manifest.csv", "\n".join(rows))
    return make
