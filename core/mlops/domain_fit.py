"""Fit where the photos lie that a model knows, and from where one is foreign.

The mean and covariance come from the training photos, every source weighing as the
root of its number so that the largest does not stand for all. The threshold comes from
photos of other scenes: a stated share of them passes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import PhotoClassifier
from core.classification.domain import DomainStatistics
from core.errors import InputError, ModelError
from core.mlops.evaluation import auroc

__all__ = ["domain_entry", "early_features", "fit_domain", "foreign_pictures"]

#: Pictures that scikit-image brings: people, a cat, a cup, texts, instruments.
_PICTURES = (
    *("astronaut", "brick", "camera", "cell", "chelsea", "clock", "coffee", "coins"),
    *("grass", "gravel", "hubble_deep_field", "immunohistochemistry", "moon", "page"),
    *("retina", "rocket", "text"),
)
#: Share of photos of other scenes that must not be called foreign.
PASS_SHARE = 0.95
#: Part of the covariance replaced by a multiple of the identity; between 0.001 and
#: 0.1 the AUROC on foreign photos moves by 0.002.
_SHRINKAGE = 0.02
#: Keeps ``domain.npz`` below 400 kB.
_MAX_NUMBERS = 95_000


def early_features(
    classifier: PhotoClassifier, photos: Sequence[npt.NDArray[np.uint8]]
) -> npt.NDArray[np.float32]:
    """Collect the early features of photos.

    Returns
    -------
    ndarray of float32, shape (n, n_features)

    Raises
    ------
    ModelError
        If the model file does not give them.
    """
    rows = [found.early_features for found in classifier.examine_many(photos)]
    if not rows or any(row is None for row in rows):
        raise ModelError(f"{classifier.model_id} gives no early features")
    return np.array(rows, dtype=np.float32)


def foreign_pictures() -> list[npt.NDArray[np.uint8]]:
    """Load pictures that are none of the sea, to measure by; none may be there.

    They are those bundled with scikit-image, a package for developers; without it, or
    without a picture, the list is shorter.
    """
    try:
        import skimage.data as bundled
    except ImportError:
        return []
    found = []
    for name in _PICTURES:
        try:
            picture = np.asarray(getattr(bundled, name)())
        except (OSError, AttributeError, ImportError, ValueError):
            continue
        if picture.dtype != np.uint8:
            continue
        rgb = np.stack([picture] * 3, -1) if picture.ndim == 2 else picture[..., :3]
        found.append(np.ascontiguousarray(rgb))
    return found


def fit_domain(
    features: npt.NDArray[Any],
    sources: Sequence[str],
    held_out: npt.NDArray[Any],
    *,
    pass_share: float = PASS_SHARE,
) -> DomainStatistics:
    """Fit the statistics of the photos a model knows.

    Parameters
    ----------
    features : ndarray of float, shape (n, n_features)
        Early features of the training photos, painted ones included.
    sources : sequence of str
        Source of each.
    held_out : ndarray of float, shape (m, n_features)
        Early features of photos of other scenes.
    pass_share : float, default 0.95
        Share of ``held_out`` that the threshold lets pass.

    Returns
    -------
    DomainStatistics

    Raises
    ------
    InputError
        If there are too few photos, lengths differ, or a number is not finite.
    """
    features = np.asarray(features, dtype=np.float64)
    held_out = np.asarray(held_out, dtype=np.float64)
    if features.ndim != 2 or len(sources) != len(features) or len(features) < 2:
        raise InputError(
            f"features of shape {features.shape} with {len(sources)} sources; "
            "expected a row and a source for each of two photos or more"
        )
    if held_out.ndim != 2 or len(held_out) == 0:
        raise InputError("no photo of other scenes to set the threshold by")
    if not 0 < pass_share < 1:
        raise InputError(f"pass_share {pass_share} outside (0, 1)")
    if not (np.isfinite(features).all() and np.isfinite(held_out).all()):
        raise InputError("features that are not finite")
    _, inverse, counts = np.unique(
        list(sources), return_inverse=True, return_counts=True
    )
    weights = counts[inverse] ** -0.5
    weights /= weights.sum()
    mean = weights @ features
    centred = features - mean
    values, axes = np.linalg.eigh((centred * weights[:, None]).T @ centred)
    n_features = len(mean)
    scale = float(values.sum()) / n_features
    if scale <= 0:
        raise InputError("the features of all photos are the same")
    shrunk = (1 - _SHRINKAGE) * np.maximum(values, 0.0) + _SHRINKAGE * scale
    n_kept = min(n_features, max(1, _MAX_NUMBERS // n_features))
    # The axes of least variance tell most: what training photos never do.
    whitening = (axes / np.sqrt(shrunk))[:, :n_kept]
    statistics = DomainStatistics(
        mean=mean.astype(np.float32),
        whitening=whitening.astype(np.float32),
        threshold=np.inf,
    )
    threshold = float(np.quantile(statistics.distances(held_out), pass_share))
    return DomainStatistics(
        mean=statistics.mean, whitening=statistics.whitening, threshold=threshold
    )


def domain_entry(
    statistics: DomainStatistics,
    held_out: npt.NDArray[Any],
    foreign: npt.NDArray[Any] | None = None,
    *,
    pass_share: float = PASS_SHARE,
) -> dict[str, Any]:
    """Describe the statistics for the manifest.

    Parameters
    ----------
    statistics : DomainStatistics
        As fitted.
    held_out : ndarray of float, shape (m, n_features)
        As given to `fit_domain`.
    foreign : ndarray of float, shape (f, n_features), optional
        Early features of photos that are none of the sea, for measurement only.
    pass_share : float, default 0.95
        As given to `fit_domain`.

    Returns
    -------
    dict
        ``method, features, threshold, rule``, and with foreign photos ``n_foreign``,
        ``auroc`` and ``foreign_found`` (share of them beyond the threshold).
    """
    entry: dict[str, Any] = {
        "method": "mahalanobis",
        "features": "early_features",
        "threshold": round(statistics.threshold, 4),
        "rule": f"{pass_share:.0%} of the validation photos, whose scenes the "
        "statistics have not seen, pass",
        "n_held_out": len(held_out),
    }
    if foreign is not None and len(foreign):
        near, far = statistics.distances(held_out), statistics.distances(foreign)
        is_foreign = np.repeat([False, True], [len(near), len(far)])
        score = auroc(np.concatenate([near, far]), is_foreign)
        entry |= {
            "n_foreign": len(far),
            "auroc": round(score, 4),
            "foreign_found": round(float((far > statistics.threshold).mean()), 4),
        }
    return entry
