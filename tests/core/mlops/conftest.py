import io

import numpy as np
import pytest
from PIL import Image

from core.classification import load_classifier
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
