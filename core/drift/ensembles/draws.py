"""Random numbers of an ensemble's members, each named by seed and stream.

Every number is a hash of (seed, stream, counter), so a member's numbers depend on
nothing but its own name: more members or more seeds change none of those before.

References
----------
.. [1] G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
   generators", OOPSLA (2014): the mixing function of SplitMix64.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["STREAMS_PER_SEED", "normals", "stream_ids", "truncated_normals", "uniforms"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Members of one seed have streams of their own; a seed has room for this many.
STREAMS_PER_SEED = 2**20
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
#: Keeps these numbers apart from the kernel's, which the same seed and stream name.
_PURPOSE = np.uint64(0x656E73656D626C65)
_UINT64 = 2**64


def stream_ids(seed_index: npt.ArrayLike, member: npt.ArrayLike) -> IntArray:
    """Stream of each member of each seed; a stream names its random numbers."""
    seeds = np.asarray(seed_index, dtype=np.int64)
    return seeds * STREAMS_PER_SEED + np.asarray(member, dtype=np.int64)


def _mixed(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


def uniforms(seed: int, streams: npt.ArrayLike, counter: int) -> FloatArray:
    """Uniform numbers in (0, 1), one a stream.

    Parameters
    ----------
    seed : int
        Seed of the run.
    streams : array_like of int
        Names of the streams.
    counter : int
        Which number of each stream.
    """
    with np.errstate(over="ignore"):
        z = np.asarray(streams, dtype=np.int64).astype(np.uint64)
        z = _mixed(z * _GOLDEN + np.uint64(seed % _UINT64))
        z = _mixed(z + np.uint64(counter % _UINT64) * _GOLDEN + _PURPOSE)
    # 53 bits, shifted by half a step so that neither 0 nor 1 comes up.
    return ((z >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normals(seed: int, streams: npt.ArrayLike, counter: int) -> FloatArray:
    """Draw standard normal numbers, one a stream."""
    return np.asarray(ndtri(uniforms(seed, streams, counter)))


def truncated_normals(
    u: FloatArray,
    *,
    mean: npt.ArrayLike,
    sd: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
) -> FloatArray:
    """Turn uniform numbers into normal ones cut off at two limits.

    Where ``sd`` is 0 the mean itself is returned.
    """
    spread = np.asarray(sd, dtype=np.float64)
    safe = np.where(spread > 0.0, spread, 1.0)
    below, above = (ndtr((np.asarray(end) - mean) / safe) for end in (low, high))
    drawn = mean + safe * ndtri(below + u * (above - below))
    return np.where(spread > 0.0, np.clip(drawn, low, high), mean)
