"""Random numbers by counter: each draw has its own name and depends on no other."""

from math import cos, log, pi, sin, sqrt

import numpy as np

from core.jit import compiled

__all__ = ["normals", "philox"]


@compiled
def philox(
    c0: np.uint64,
    c1: np.uint64,
    c2: np.uint64,
    c3: np.uint64,
    k0: np.uint64,
    k1: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Philox 4x32-10 of Salmon et al., SC'11 (2011), doi 10.1145/2063384.2063405."""
    mask = np.uint64(0xFFFFFFFF)
    a, b, c, d, key0, key1 = c0, c1, c2, c3, k0, k1
    shift = np.uint64(32)
    for _ in range(10):
        first = np.uint64(0xD2511F53) * a
        second = np.uint64(0xCD9E8D57) * c
        a, b = (second >> shift) ^ b ^ key0, second & mask
        c, d = (first >> shift) ^ d ^ key1, first & mask
        key0 = (key0 + np.uint64(0x9E3779B9)) & mask
        key1 = (key1 + np.uint64(0xBB67AE85)) & mask
    return a, b, c, d


@compiled
def normals(
    seed: np.uint64, stream: np.uint64, step: int | np.int64, purpose: int | np.int64
) -> tuple[float, float]:
    """Two independent standard normal numbers (Box and Muller 1958)."""
    mask, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    s, m, n = seed, stream, np.uint64(step)
    a, b, c, d = philox(
        n & mask, np.uint64(purpose), m & mask, m >> shift, s & mask, s >> shift
    )
    scale = 1.0 / 9007199254740992.0  # 2**-53
    high = np.uint64(11)
    # One more than the integer keeps the logarithm finite.
    u = (float(((a << shift) | b) >> high) + 1.0) * scale
    angle = 2.0 * pi * float(((c << shift) | d) >> high) * scale
    radius = sqrt(-2.0 * log(u))
    return radius * cos(angle), radius * sin(angle)
