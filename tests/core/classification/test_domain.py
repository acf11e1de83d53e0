import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.classification.domain import DomainStatistics, read_domain
from core.errors import InputError, ModelError


def statistics(width=5, kept=3, seed=0, threshold=2.0):
    rng = np.random.default_rng(seed)
    return DomainStatistics(
        mean=rng.normal(size=width).astype(np.float32),
        whitening=rng.normal(size=(width, kept)).astype(np.float32),
        threshold=threshold,
    )


def saved(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


@given(seed=st.integers(0, 1000), width=st.integers(1, 9))
def test_what_is_written_reads_back_the_same(seed, width):
    before = statistics(width, seed=seed)
    after = read_domain(before.to_bytes())
    features = np.random.default_rng(seed).normal(size=(4, width))
    np.testing.assert_array_equal(before.distances(features), after.distances(features))
    assert after.threshold == before.threshold


def test_the_distance_is_that_of_mahalanobis():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(300, 3)) @ rng.normal(size=(3, 3))
    covariance = np.cov(points.T)
    inverse = np.linalg.inv(covariance)
    known = DomainStatistics(
        mean=points.mean(axis=0).astype(np.float32),
        whitening=np.linalg.cholesky(inverse).astype(np.float32),
        threshold=1.0,
    )
    off = points - points.mean(axis=0)
    expected = np.sqrt(np.einsum("ij,jk,ik->i", off, inverse, off) / 3)
    np.testing.assert_allclose(known.distances(points), expected, rtol=1e-4)


def test_features_that_are_no_numbers_are_infinitely_far():
    features = np.zeros((3, 5))
    features[1, 2] = np.nan
    features[2, 0] = -np.inf
    far = statistics().distances(features)
    assert np.isfinite(far).tolist() == [True, False, False]
    assert (far[1:] == np.inf).all()


def test_features_of_another_width_are_refused():
    with pytest.raises(InputError, match="5 features"):
        statistics().distances(np.zeros((2, 4)))


GOOD = {
    "mean": np.zeros(3, np.float32),
    "whitening": np.eye(3, dtype=np.float32),
    "threshold": np.array(1.0),
}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an archive",
        saved(**GOOD)[:-40],
        saved(mean=GOOD["mean"]),
        saved(**GOOD | {"mean": np.zeros(2, np.float32)}),
        saved(**GOOD | {"mean": np.zeros((3, 1), np.float32)}),
        saved(**GOOD | {"mean": np.full(3, np.nan, np.float32)}),
        saved(**GOOD | {"whitening": np.zeros((3, 0), np.float32)}),
        saved(**GOOD | {"threshold": np.array(-1.0)}),
        saved(**GOOD | {"threshold": np.array(np.nan)}),
        saved(**GOOD | {"threshold": np.array([1.0, 2.0])}),
        saved(**GOOD | {"mean": np.zeros(3, np.int64)}),
        saved(**GOOD | {"whitening": np.zeros((3, 1_500_000), np.float32)}),
    ],
)
def test_a_damaged_archive_is_refused(data):
    with pytest.raises(ModelError, match=r"domain\.npz of m@1 cannot be used"):
        read_domain(data, model_id="m@1")


def test_pickled_objects_are_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "opened"), "w"))

    trap = np.array([Trap(), Trap(), Trap()], dtype=object)
    with pytest.raises(ModelError, match=r"domain\.npz"):
        read_domain(saved(**GOOD | {"mean": trap}))
    assert not (tmp_path / "opened").exists()
