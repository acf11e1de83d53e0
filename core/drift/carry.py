"""A whole run: spans of steps one after another, and what is kept of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drift._kernel.layers import (
    BEFORE_S,
    FRAME,
    PER_S,
    SECOND,
    Grids,
    pack,
)
from core.drift._kernel.run import run, start
from core.drift._kernel.schedule import Span
from core.drift._kernel.step import ROWS
from core.drift.field import DEGREES_PER_METRE, VelocityField
from core.drift.land import LandMask
from core.drift.noise import Noise
from core.drift.schemes import Scheme
from core.drift.track import AFLOAT

__all__ = ["Particles", "carry"]

FloatArray = npt.NDArray[np.float64]

#: Whole frames are blended in time once a stage up to this many nodes in all; above it
#: each particle blends for itself, so that few particles on a large grid stay quick.
#: The number of particles plays no part: the two ways differ in the last digits, and
#: adding particles must change nothing for those before.
_MOST_BLENDED_NODES = 100_000
#: Particles that ended are left out once they are this share of those carried along.
_ENDED_SHARE = 0.1
#: Particles in a block; its room fits the nearest cache but one.
_BLOCK = 512
_NOTHING = np.zeros(0)
_NO_MASK = np.zeros((0, 0), dtype=np.uint8)


@dataclass
class Particles:
    """State of the particles, changed in place by the kernel."""

    x: FloatArray
    y: FloatArray
    state: npt.NDArray[np.int8]
    ended_s: FloatArray
    speeds: FloatArray  # (2, n) of the random flight, m/s
    streams: npt.NDArray[np.uint64]
    along: FloatArray  # wind drift factor * cos(deflection)
    across: FloatArray  # and * sin(deflection)

    @classmethod
    def new(
        cls,
        x: FloatArray,
        y: FloatArray,
        along: FloatArray,
        across: FloatArray,
        noise: Noise,
    ) -> "Particles":
        """Particles at their starts, afloat."""
        n = x.size
        return cls(
            x.copy(),
            y.copy(),
            np.full(n, AFLOAT, dtype=np.int8),
            np.full(n, np.nan),
            np.zeros((2, n)),
            noise.streams,
            along,
            across,
        )

    def some(self, which: npt.NDArray[np.intp]) -> "Particles":
        """Copy of some of them."""
        return Particles(
            *(
                np.ascontiguousarray(getattr(self, name)[..., which])
                for name in self.__dataclass_fields__
            )
        )

    def put(self, which: npt.NDArray[np.intp], part: "Particles") -> None:
        """Write back what a run changed of some of them."""
        for name in ("x", "y", "state", "ended_s", "speeds"):
            getattr(self, name)[..., which] = getattr(part, name)


def carry(
    who: Particles,
    fields: list[VelocityField | None],
    land: LandMask | None,
    scheme: Scheme,
    noise: Noise,
    times: FloatArray,
    plan: list[Span],
) -> tuple[FloatArray, FloatArray]:
    """Run the plan; positions at the output times, shape (n_out, n) each."""
    current = fields[0]
    assert current is not None  # noqa: S101 - the first field always stands
    n = who.x.size
    carriers = [one.grid if one else None for one in fields]
    grids = pack([*carriers, land.grid if land else None])
    nodes, weights = scheme.tableau
    slots = np.rint(2.0 * nodes).astype(np.int64)
    blended = sum(one.wet.size for one in fields if one) <= _MOST_BLENDED_NODES
    work = np.empty(3 * int(grids.counts[:3, FRAME].sum())) if blended else _NOTHING
    mask = (land.grid.code, land.grid.clear) if land else (_NO_MASK, _NO_MASK)
    units_per_m = DEGREES_PER_METRE if current.mesh == "spherical" else 1.0
    chance = np.array(
        [noise.diffusivity_m2_s, noise.flight_m_s, noise.flight_scale_s, units_per_m]
    )
    start(
        who.x,
        who.y,
        who.state,
        who.ended_s,
        who.speeds,
        who.streams,
        noise.seed,
        noise.flight_m_s,
        plan[0].start_s,
        *grids,
        current.grid.code,
        mask[0],
    )
    free = current.grid.clear.reshape(-1)
    places = np.zeros((3, nodes.size), dtype=np.int64)
    shares = np.zeros((3, nodes.size))
    room = np.zeros((ROWS, _BLOCK))
    xs, ys = np.empty((2, times.size, n))
    xs[0], ys[0] = who.x, who.y
    part, afloat, done = who, np.arange(n), 0
    for span in plan:
        if np.count_nonzero(part.state) > _ENDED_SHARE * part.state.size:
            who.put(afloat, part)
            afloat = np.flatnonzero(who.state == AFLOAT)
            part = who.some(afloat)
        pairs = _at(fields, grids, span)
        run(
            part.x,
            part.y,
            part.state,
            part.ended_s,
            part.speeds,
            part.streams,
            part.along,
            part.across,
            noise.seed,
            chance,
            span.start_s,
            (span.end_s - span.start_s) / max(span.n_steps, 1),
            span.n_steps,
            done,
            blended,
            bool(part.across.any()),
            nodes,
            weights,
            slots,
            int(slots.max()) + 1,
            *pairs,
            work,
            *grids,
            current.grid.code,
            free,
            *mask,
            places,
            shares,
            room,
        )
        done += span.n_steps
        if span.row is not None:
            if part is not who:
                who.put(afloat, part)
            xs[span.row], ys[span.row] = who.x, who.y
    if part is not who:
        who.put(afloat, part)
    return xs, ys


def _at(
    fields: list[VelocityField | None], grids: Grids, span: Span
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Frames that a span lies between, their clock set in the grids' rows."""
    pairs = []
    for row, one in enumerate(fields):
        if one is None:
            pairs.append(_NOTHING)
            continue
        k = one.bracket(span.start_s, span.end_s)
        pairs.append(one.pair(k))
        if not one.is_steady:
            before, after = float(one.time_s[k]), float(one.time_s[k + 1])
            grids.reals[row, [BEFORE_S, PER_S]] = before, 1.0 / (after - before)
            grids.counts[row, SECOND] = grids.counts[row, FRAME]
    return pairs[0], pairs[1], pairs[2]
