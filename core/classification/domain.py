"""How far a photo lies from those a model knows: a cat is no debris.

Softmax confidence says nothing of a photo unlike any in training. The distance here is
that of Mahalanobis from the mean of the training photos, in the early features of the
network (pooled where its last residual block ends) [1]_, with one shrunk covariance
for all. ``docs/doubt.md`` compares it with others.

References
----------
.. [1] K. Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution
   Samples and Adversarial Attacks", NeurIPS 2018.
"""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError, ModelError

__all__ = ["DOMAIN_NAME", "DomainStatistics", "read_domain"]

DOMAIN_NAME = "domain.npz"
_ARRAYS = ("mean", "whitening", "threshold")
_MAX_BYTES = 4_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class DomainStatistics:
    """Where the photos lie that a model knows.

    Attributes
    ----------
    mean : ndarray of float32, shape (n_features,)
        Of the early features of the training photos.
    whitening : ndarray of float32, shape (n_features, n_components)
        Takes a difference from the mean to components of unit variance.
    threshold : float
        A photo farther off than this is foreign.
    """

    mean: npt.NDArray[np.float32]
    whitening: npt.NDArray[np.float32]
    threshold: float

    def __post_init__(self) -> None:
        shapes = np.shape(self.mean), np.shape(self.whitening)
        if len(shapes[0]) != 1 or len(shapes[1]) != 2 or shapes[0][0] != shapes[1][0]:
            raise InputError(f"mean and whitening of shapes {shapes} do not fit")
        if 0 in shapes[1]:
            raise InputError("the statistics of known photos hold no component")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.whitening).all()):
            raise InputError("the statistics of known photos are not finite")
        if not self.threshold > 0:
            raise InputError(f"threshold {self.threshold} is not positive")

    def distances(self, features: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Distance of photos from those the model knows.

        Parameters
        ----------
        features : ndarray of float, shape (n, n_features)
            Early features of the photos.

        Returns
        -------
        ndarray of float64, shape (n,)
            Root mean square of the whitened components: about one for a photo like
            those of training; infinite for features that are not finite.

        Raises
        ------
        InputError
            If the shape does not fit.
        """
        features = np.asarray(features, dtype=np.float64)
        if features.ndim != 2 or features.shape[1] != len(self.mean):
            raise InputError(
                f"features of shape {features.shape} do not fit statistics of "
                f"{len(self.mean)} features"
            )
        is_finite = np.isfinite(features).all(axis=1)
        known = np.where(is_finite[:, None], features, 0.0)
        white = (known - self.mean) @ self.whitening.astype(np.float64)
        return np.where(is_finite, np.sqrt((white**2).mean(axis=1)), np.inf)

    def to_bytes(self) -> bytes:
        """Write the arrays as a compressed ``.npz`` file without pickle."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            allow_pickle=False,
            mean=np.asarray(self.mean, dtype=np.float32),
            whitening=np.asarray(self.whitening, dtype=np.float32),
            threshold=np.array(self.threshold, dtype=np.float64),
        )
        return out.getvalue()


def read_domain(data: bytes, *, model_id: str = "the model") -> DomainStatistics:
    """Read statistics from the bytes of a ``domain.npz``.

    Raises
    ------
    ModelError
        If the file is no such archive, holds pickled objects, is too large, or its
        arrays do not fit each other.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > _MAX_BYTES:
            raise ValueError(f"{size} bytes unpacked, more than {_MAX_BYTES}")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in _ARRAYS}
        if any(array.dtype.kind != "f" for array in found.values()):
            raise ValueError("arrays that are not of real numbers")
        return DomainStatistics(
            mean=found["mean"],
            whitening=found["whitening"],
            threshold=float(found["threshold"]),
        )
    except (
        zipfile.BadZipFile,
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        OSError,
        NotImplementedError,  # zipfile: packed in a way it does not know
        RuntimeError,  # zipfile: a password is asked for
    ) as error:
        raise ModelError(
            f"{DOMAIN_NAME} of {model_id} cannot be used: {error}"
        ) from error
