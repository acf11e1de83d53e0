import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from core.classification import deployed_models, load_classifier
from core.config import PROJECT_ROOT, Settings


@pytest.fixture(scope="session")
def classifier():
    settings = Settings(models_dir=PROJECT_ROOT / "models" / "deployment")
    return load_classifier("optimized_cnn_model", settings=settings)


def jpeg(seed, *, size=(120, 90)):
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    out = io.BytesIO()
    small.resize(size).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def make_jpeg():
    return jpeg


@pytest.fixture
def deploy(tmp_path):
    """Deploy copies of the shipped classifier, without its SavedModel.

    Returns a function ``deploy(name, version, **val)`` that changes figures of ``val``.
    """
    deployment = PROJECT_ROOT / "models" / "deployment"
    newest = max(deployed_models(deployment)["optimized_cnn_model"])
    shipped = deployment / "optimized_cnn_model" / str(newest)

    def make(name="optimized_cnn_model", version=1, *, into=None, **val):
        folder = (into or tmp_path / "deployment") / name / str(version)
        folder.mkdir(parents=True)
        content = json.loads((shipped / "manifest.json").read_text(encoding="utf-8"))
        content |= {"name": name, "version": version}
        content["metrics"]["val"] |= val
        content["files"] = {
            kept: entry
            for kept, entry in content["files"].items()
            if not kept.startswith("saved_model")
        }
        for kept in content["files"]:
            shutil.copy(shipped / kept, folder / kept)
        (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
        return folder

    return make
