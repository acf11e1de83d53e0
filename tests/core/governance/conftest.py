"""A store with one photo that went the whole way."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from core.governance import record
from core.observations import make_observations
from core.storage import open_store


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}") as opened:
        yield opened


@pytest.fixture
def decided(store, observed):
    """Add a photo of a survey, judged by a model; return the store and its SHA-256."""
    sha256 = store.files.put(b"photo bytes")
    store.surveys.add("north")
    store.photos.add(
        {
            "sha256": sha256,
            "name": "IMG_1.jpg",
            "size_bytes": 11,
            "width": 40,
            "height": 30,
            "format": "JPEG",
            "taken_at": datetime(2026, 6, 1, tzinfo=UTC),
            "lat": 30.0,
            "lon": -140.0,
            "position_source": "exif",
            "survey": "north",
        }
    )
    store.predictions.add(
        {
            "photo_sha256": sha256,
            "model": "m@1",
            "category": "plastic",
            "confidence": 0.4,
            "probabilities": {"plastic": 0.4},
            "status": "low_confidence",
        }
    )
    store.observations.add(observed(sha256, "plastic"))
    record(store, "photo.classify", "ana", f"photo:{sha256}", {"model": "m@1"})
    return store, sha256


@pytest.fixture
def observed():
    """Make the observation of a photo."""
    return _observed


def _observed(sha256, category):
    raw = pd.DataFrame(
        {
            "lat": [30.0],
            "lon": [-140.0],
            "observed_at": ["2026-06-01"],
            "category": [category],
            "count": [1],
            "survey": ["north"],
            "source": ["photo"],
            "photo_sha256": [sha256],
            "model": ["m@1"],
        }
    )
    return make_observations(raw).accepted
