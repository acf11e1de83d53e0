"""Motion too small for the current's grid, as random numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drift._kernel.inputs import number
from core.errors import InputError

__all__ = ["Noise", "RandomFlight", "make_noise"]


@dataclass(frozen=True)
class RandomFlight:
    """Small-scale motion with a memory: velocities of a first-order Markov chain.

    Parameters
    ----------
    sigma_m_s : float
        Standard deviation of each velocity component, m/s.
    time_scale_s : float
        Time over which a velocity is forgotten, s. After times much longer the spread
        grows as a random walk of diffusivity ``sigma_m_s**2 * time_scale_s``.

    Raises
    ------
    InputError
        If a value is not finite and positive.
    """

    sigma_m_s: float
    time_scale_s: float

    def __post_init__(self) -> None:
        for name in ("sigma_m_s", "time_scale_s"):
            number(getattr(self, name), f"random_flight.{name}", least=0.0, open_=True)


@dataclass(frozen=True)
class Noise:
    """Random motion; a diffusivity or speed of zero switches that kind off."""

    diffusivity_m2_s: float
    flight_m_s: float
    flight_scale_s: float
    seed: np.uint64
    streams: npt.NDArray[np.uint64]


def make_noise(
    n: int,
    diffusivity_m2_s: float,
    flight: RandomFlight | None,
    seed: int | None,
    stream_ids: npt.ArrayLike | None,
) -> Noise:
    """Check and gather what random motion needs."""
    diffusivity = number(diffusivity_m2_s, "diffusivity_m2_s", least=0.0)
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    elif isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise InputError(f"seed: expected a whole number, got {seed!r}")
    ids = np.arange(n) if stream_ids is None else np.asarray(stream_ids)
    if ids.dtype.kind not in "iu" or ids.shape not in {(n,), ()}:
        raise InputError(
            f"stream_ids: expected {n} whole numbers, got {ids.dtype} {ids.shape}"
        )
    return Noise(
        diffusivity,
        flight.sigma_m_s if flight else 0.0,
        flight.time_scale_s if flight else 1.0,
        np.uint64(int(seed) % 2**64),
        np.ascontiguousarray(np.broadcast_to(ids, (n,)).astype(np.uint64)),
    )
