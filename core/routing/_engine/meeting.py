"""Where a vessel meets a target that drifts, and how the target is then.

The same meaning as :meth:`core.routing.targets.DriftingTargets.meeting_h`, which is
plain and slow; tests hold one against the other.

Positions go on straight lines between the times known. Within such an interval the
chord from the vessel's place ``p`` to the target is met where

    (pace |d + w s|)^2 = s^2,

``d`` the target less ``p`` and ``w`` its velocity: a quadratic in the hours ``s``. On a
sphere the way is the arc over the chord: the quadratic takes the ratio of the two at
the interval's begin, and Newton's steps on ``pace arc(s) - s`` mend the rest.
"""

import numpy as np
import numpy.typing as npt

from core.jit import compiled, entry

__all__ = ["distance_km", "meet_h", "meeting", "share_at", "where"]

FloatArray = npt.NDArray[np.float64]

#: Way over radius up to which the arc grows at most 1.5 times as fast as its chord
#: (1 / cos 0.35 = 1.06; the rest is margin).
_LONG_CHORD = 0.7
_NEWTON_STEPS = 12


@compiled
def distance_km(chord: float, radius: float) -> float:
    """Arc over a chord; the chord itself where the radius is infinite."""
    if radius == np.inf:
        return chord
    return float(2.0 * radius * np.arcsin(min(chord / (2.0 * radius), 1.0)))


@compiled
def where(track: FloatArray, step_h: float, hour: float) -> tuple[float, float, float]:
    """Position of a node, its track given as (times, 3)."""
    at = min(max(hour / step_h, 0.0), len(track) - 1.0)
    k = min(int(at), len(track) - 2)
    part = at - k
    return (
        (1.0 - part) * track[k, 0] + part * track[k + 1, 0],
        (1.0 - part) * track[k, 1] + part * track[k + 1, 1],
        (1.0 - part) * track[k, 2] + part * track[k + 1, 2],
    )


@compiled
def share_at(share: FloatArray, step_h: float, hour: float) -> float:
    """Share of a node's mass still afloat, its shares given as (times,)."""
    at = min(max(hour / step_h, 0.0), len(share) - 1.0)
    k = min(int(at), len(share) - 2)
    part = at - k
    return float((1.0 - part) * share[k] + part * share[k + 1])


@compiled
def _way_km(
    track: FloatArray, k: int, part: float, x: float, y: float, z: float, radius: float
) -> float:
    """Distance from a place to a node, a part of the way through interval ``k``."""
    dx = (1.0 - part) * track[k, 0] + part * track[k + 1, 0] - x
    dy = (1.0 - part) * track[k, 1] + part * track[k + 1, 1] - y
    dz = (1.0 - part) * track[k, 2] + part * track[k + 1, 2] - z
    return distance_km(np.sqrt(dx * dx + dy * dy + dz * dz), radius)


@compiled
def _root_h(a: float, b: float, c: float, least: float) -> float:
    """Smallest root of ``a s^2 + 2 b s + c`` that is not below ``least``."""
    if a == 0.0:
        root = -0.5 * c / b if b != 0.0 else np.inf
        return float(root) if root >= least else np.inf
    disc = b * b - a * c
    if disc < 0.0:
        return np.inf
    # The stable pair: no difference of nearly equal numbers.
    q = -(b + np.sqrt(disc)) if b >= 0.0 else -(b - np.sqrt(disc))
    one, two = q / a, (c / q if q != 0.0 else 0.0)
    first, second = min(one, two), max(one, two)
    if first >= least:
        return float(first)
    return float(second) if second >= least else np.inf


@compiled
def _in_interval(
    track: FloatArray,
    step_h: float,
    radius: float,
    x: float,
    y: float,
    z: float,
    pace: float,
    depart_h: float,
    k: int,
    least: float,
) -> float:
    """Hours to the meeting within interval ``k``; infinity where there is none."""
    latest = (k + 1) * step_h - depart_h
    wx = (track[k + 1, 0] - track[k, 0]) / step_h
    wy = (track[k + 1, 1] - track[k, 1]) / step_h
    wz = (track[k + 1, 2] - track[k, 2]) / step_h
    lag = depart_h - k * step_h  # the line of the interval, taken back to departure
    dx = track[k, 0] + wx * lag - x
    dy = track[k, 1] + wy * lag - y
    dz = track[k, 2] + wz * lag - z
    scaled = pace
    if radius < np.inf:
        px, py, pz = dx + wx * least, dy + wy * least, dz + wz * least
        chord = np.sqrt(px * px + py * py + pz * pz)
        if chord > 0.0:
            scaled *= distance_km(chord, radius) / chord
    square = scaled * scaled
    slack = 1e-9 * (1.0 + latest)
    a = square * (wx * wx + wy * wy + wz * wz) - 1.0
    b = square * (dx * wx + dy * wy + dz * wz)
    c = square * (dx * dx + dy * dy + dz * dz)
    s = _root_h(a, b, c, least - slack)
    if radius == np.inf or s > latest + slack:
        return s if s <= latest + slack else np.inf
    for _ in range(_NEWTON_STEPS):
        px, py, pz = dx + wx * s, dy + wy * s, dz + wz * s
        chord = np.sqrt(px * px + py * py + pz * pz)
        behind = pace * distance_km(chord, radius) - s
        if abs(behind) <= 1e-12 * (1.0 + s) or chord == 0.0:
            break
        half = min(chord / (2.0 * radius), 1.0 - 1e-12)
        growth = (px * wx + py * wy + pz * wz) / (chord * np.sqrt(1.0 - half * half))
        slope = pace * growth - 1.0
        if slope >= 0.0:
            return np.inf  # the target runs away: the arc is not met here
        s -= behind / slope
        if s > latest + slack:
            return np.inf
    return max(s, least)


@compiled
def meet_h(
    track: FloatArray,
    fastest: float,
    step_h: float,
    radius: float,
    x: float,
    y: float,
    z: float,
    pace: float,
    depart_h: float,
) -> float:
    """Hours from leaving a place to meeting a node.

    Parameters
    ----------
    track : ndarray of float, shape (times, 3)
        Positions of the node.
    fastest : float
        Its largest speed along the chord, km/h.
    step_h : float
        Hours between two times.
    radius : float
        Radius of the sphere, or infinity on a plane.
    x, y, z : float
        Where the vessel leaves.
    pace : float
        Hours the vessel takes for a km.
    depart_h : float
        When it leaves, hours after the plan's start.
    """
    last = len(track) - 1
    end_h = last * step_h
    s = 0.0
    while depart_h + s < end_h:
        at = max((depart_h + s) / step_h, 0.0)
        k = min(int(at + 1e-9), last - 1)
        way = _way_km(track, k, at - k, x, y, z, radius)
        behind = pace * way - s
        if behind <= 0.0:
            return s
        if behind == np.inf:
            return np.inf
        # The gap closes no faster than this, so nothing is met before.
        if radius == np.inf or way < _LONG_CHORD * radius:
            s += behind / (1.0 + 1.5 * pace * fastest)
            k = min(max(k, int((depart_h + s) / step_h)), last - 1)
            if depart_h + s >= end_h:
                break
        found = _in_interval(track, step_h, radius, x, y, z, pace, depart_h, k, s)
        if found < np.inf:
            return found
        s = max(s, (k + 1) * step_h - depart_h)
    # What is met later has come to rest.
    return pace * _way_km(track, last - 1, 1.0, x, y, z, radius)


@entry
def meeting(
    tracks: FloatArray,
    fastest: FloatArray,
    step_h: float,
    radius: float,
    pace: FloatArray,
    start: int,
    end: int,
    depart_h: float,
) -> float:
    """Hours of a leg from where one node is on leaving to where another is met.

    ``tracks`` is (n, times, 3), ``fastest`` (n,), ``pace`` (n, n); see :func:`meet_h`.
    """
    if start == end:
        return 0.0
    x, y, z = where(tracks[start], step_h, depart_h)
    return meet_h(
        tracks[end], fastest[end], step_h, radius, x, y, z, pace[start, end], depart_h
    )
