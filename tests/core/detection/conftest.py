import pytest

from core.config import Settings
from core.detection import load_detector
from tests.detector_models import deploy


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    deploy(folder)
    return folder


@pytest.fixture(scope="session")
def detector(models_dir):
    return load_detector(settings=Settings(models_dir=models_dir, threads=2))
