"""One chunk of an ensemble: the particles of one release time, carried together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drift.advect import advect
from core.drift.ensembles.draws import (
    normals,
    stream_ids,
    truncated_normals,
    uniforms,
)
from core.drift.field import VelocityField
from core.drift.land import LandMask
from core.drift.noise import RandomFlight
from core.drift.track import STATUS_NAMES
from core.geo import destination, normalise_lon

__all__ = ["Chunk", "ChunkResult", "Physics", "run_chunk"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Half the windage bracket is this many standard deviations (assumption: the bracket
#: holds about 95 % of things of a category before it cuts the rest off).
_BRACKET_SD = 2.0
#: Starts that fall on land or out of the area are drawn anew this often; after that the
#: seed's own position is taken.
_MOST_DRAWS = 8
_SECONDS_PER_HOUR = 3600.0
# Which number of a member's stream is used for what.
_WINDAGE, _SIDE, _FIRST_POSITION = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Physics:
    """What is the same for every chunk: fields, noise, time step."""

    current: VelocityField
    wind: VelocityField | None
    stokes: VelocityField | None
    land: LandMask | None
    random_flight: RandomFlight | None
    diffusivity_m2_s: float
    seed: int
    hours: int
    backward: bool
    dt_s: float


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Particles of one release time; one entry a particle, arrays of shape (n,).

    ``perturbed`` is False for a chunk of unperturbed runs (member 0).
    """

    start_s: float
    perturbed: bool
    seed_index: IntArray
    member: IntArray
    lat: FloatArray
    lon: FloatArray
    radius_m: FloatArray
    factor: FloatArray
    low: FloatArray
    high: FloatArray
    deflection_deg: FloatArray
    divergence_deg: FloatArray


@dataclass(frozen=True)
class ChunkResult:
    """Positions and states, shape (n, hours + 1)."""

    lat: FloatArray
    lon: FloatArray
    state: npt.NDArray[np.int8]


def run_chunk(physics: Physics, chunk: Chunk) -> ChunkResult:
    """Perturb the particles of a chunk and carry them hour by hour."""
    factor, deflection = chunk.factor, chunk.deflection_deg
    lat, lon = chunk.lat, chunk.lon
    streams = stream_ids(chunk.seed_index, chunk.member)
    if chunk.perturbed:
        factor = truncated_normals(
            uniforms(physics.seed, streams, _WINDAGE),
            mean=factor,
            sd=(chunk.high - chunk.low) / (2.0 * _BRACKET_SD),
            low=chunk.low,
            high=chunk.high,
        )
        side = np.where(uniforms(physics.seed, streams, _SIDE) < 0.5, 1.0, -1.0)
        deflection = deflection + side * chunk.divergence_deg
        lat, lon = _starts(physics, chunk, streams)
    sign = -1.0 if physics.backward else 1.0
    track = advect(
        physics.current,
        lon,
        lat,
        t0_s=chunk.start_s,
        t1_s=chunk.start_s + sign * physics.hours * _SECONDS_PER_HOUR,
        dt_s=physics.dt_s,
        diffusivity_m2_s=physics.diffusivity_m2_s if chunk.perturbed else 0.0,
        seed=physics.seed,
        output_every_s=_SECONDS_PER_HOUR,
        wind=physics.wind,
        wind_drift_factor=factor if physics.wind is not None else 0.0,
        wind_deflection_deg=deflection if physics.wind is not None else 0.0,
        stokes=physics.stokes,
        land=physics.land,
        stream_ids=streams,
        random_flight=physics.random_flight if chunk.perturbed else None,
    )
    names = track.statuses().T
    state = np.zeros(names.shape, dtype=np.int8)
    for code, name in enumerate(STATUS_NAMES):
        state[names == name] = code
    return ChunkResult(track.y.T.copy(), normalise_lon(track.x.T), state)


def _starts(
    physics: Physics, chunk: Chunk, streams: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Draw starts around the seeds, again where they fall on land."""
    lat, lon = chunk.lat.copy(), chunk.lon.copy()
    left = np.flatnonzero(chunk.radius_m > 0.0)
    for attempt in range(_MOST_DRAWS):
        if left.size == 0:
            break
        counter = _FIRST_POSITION + 2 * attempt
        east = chunk.radius_m[left] * normals(physics.seed, streams[left], counter)
        north = chunk.radius_m[left] * normals(physics.seed, streams[left], counter + 1)
        new_lat, new_lon = destination(
            lat=chunk.lat[left],
            lon=chunk.lon[left],
            bearing=np.degrees(np.arctan2(east, north)),
            distance_km=np.hypot(east, north) / 1000.0,
        )
        good = _are_afloat(physics, chunk.start_s, new_lat, new_lon)
        lat[left[good]], lon[left[good]] = new_lat[good], new_lon[good]
        left = left[~good]
    return lat, lon


def _are_afloat(
    physics: Physics, start_s: float, lat: FloatArray, lon: FloatArray
) -> npt.NDArray[np.bool_]:
    """Whether particles would start afloat, by the rule of the kernel itself."""
    sign = -1.0 if physics.backward else 1.0
    track = advect(
        physics.current,
        lon,
        lat,
        t0_s=start_s,
        t1_s=start_s + sign,
        dt_s=1.0,
        seed=0,
        output_every_s=None,
        land=physics.land,
    )
    return np.asarray(track.statuses()[0] == STATUS_NAMES[0])
