"""Random numbers of the search: one stream, its state in an array."""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.jit import compiled

__all__ = ["State", "below", "stream", "uniform"]

State = npt.NDArray[np.uint64]


def stream(seed: int) -> State:
    """State of a stream; close seeds give unlike streams."""
    return np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)


@compiled
def uniform(rng: State) -> float:
    """Draw a number in [0, 1): xorshift64* of Vigna, ACM TOMS 42 (2016) 30."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    scale = 1.0 / 9007199254740992.0  # 2**-53
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) * scale


@compiled
def below(rng: State, n: int | np.integer[Any]) -> int:
    """Draw a whole number in [0, n)."""
    return int(uniform(rng) * n)
