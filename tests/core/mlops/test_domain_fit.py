from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.errors import InputError, ModelError
from core.mlops.domain_fit import (
    domain_entry,
    early_features,
    fit_domain,
    foreign_pictures,
)


def points(n, seed, shift=0.0, width=12):
    """Photos that vary along three axes of twelve, and hardly along the rest."""
    rng = np.random.default_rng(seed)
    spread = np.r_[np.full(3, 3.0), np.full(width - 3, 0.1)]
    return rng.normal(size=(n, width)) * spread + shift


def test_the_stated_share_of_other_scenes_passes():
    held_out = points(400, 2)
    known = fit_domain(points(800, 1), ["a"] * 800, held_out, pass_share=0.9)
    passed = (known.distances(held_out) <= known.threshold).mean()
    assert passed == pytest.approx(0.9, abs=0.01)
    fresh = (known.distances(points(4000, 3)) <= known.threshold).mean()
    assert fresh == pytest.approx(0.9, abs=0.05)


def test_what_leaves_the_axes_of_the_known_photos_is_foreign():
    known = fit_domain(points(500, 1), ["a"] * 500, points(200, 2))
    along, across = np.zeros(12), np.zeros(12)
    along[0] = across[5] = 3.0
    near, far = known.distances(np.stack([along, across]))
    assert near < known.threshold < far
    entry = domain_entry(known, points(200, 2), points(50, 4, shift=2.0))
    assert entry["auroc"] == 1.0
    assert entry["foreign_found"] == 1.0
    assert entry["n_foreign"] == 50


def test_a_small_source_still_counts():
    small = points(25, 5, shift=1.0)
    both = np.concatenate([points(2475, 1), small])
    held_out = points(200, 2)
    together = fit_domain(both, ["a"] * 2475 + ["a"] * 25, held_out)
    weighed = fit_domain(both, ["a"] * 2475 + ["b"] * 25, held_out)
    far = points(25, 6, shift=1.0)
    assert weighed.distances(far).mean() < together.distances(far).mean()


def test_the_file_stays_small_for_wide_features():
    wide = np.random.default_rng(0).normal(size=(60, 1280))
    known = fit_domain(wide, ["a"] * 60, wide)
    assert len(known.to_bytes()) < 400_000


@pytest.mark.parametrize(
    ("features", "sources", "held_out", "share"),
    [
        (points(1, 0), ["a"], points(5, 1), 0.9),
        (points(5, 0), ["a"] * 4, points(5, 1), 0.9),
        (points(5, 0), ["a"] * 5, points(0, 1), 0.9),
        (points(5, 0), ["a"] * 5, points(5, 1), 1.0),
        (np.full((5, 3), np.nan), ["a"] * 5, np.zeros((5, 3)), 0.9),
        (np.ones((5, 3)), ["a"] * 5, np.ones((5, 3)), 0.9),
    ],
)
def test_what_cannot_be_fitted_is_refused(features, sources, held_out, share):
    with pytest.raises(InputError):
        fit_domain(features, sources, held_out, pass_share=share)


def test_a_model_without_early_features_is_named():
    old: Any = SimpleNamespace(model_id="old@1", examine_many=lambda photos: [])
    with pytest.raises(ModelError, match="old@1 gives no early features"):
        early_features(old, [])


def test_pictures_to_measure_by_are_colour_photos_where_there_are_any():
    pytest.importorskip("skimage")
    pictures = foreign_pictures()
    assert len(pictures) >= 10
    assert all(p.dtype == np.uint8 and p.shape[2:] == (3,) for p in pictures)
