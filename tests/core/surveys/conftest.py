import pytest

from core.storage import open_store
from core.surveys import create_survey
from tests.core.surveys.fakes import ColourClassifier


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}") as opened:
        create_survey(opened, "June flight", actor="ada")
        yield opened


@pytest.fixture
def classifier():
    return ColourClassifier()
