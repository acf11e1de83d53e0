"""Particles carried by currents, wind, waves and small-scale mixing."""

import numpy as np
import numpy.typing as npt

from core.drift._kernel.inputs import number, per_particle, same_mesh, start_positions
from core.drift._kernel.schedule import output_times, spans
from core.drift.carry import Particles, carry
from core.drift.field import VelocityField
from core.drift.land import LandMask
from core.drift.noise import RandomFlight, make_noise
from core.drift.schemes import scheme_of
from core.drift.track import OUT_OF_DOMAIN, STATUS_NAMES, STRANDED, Track
from core.errors import InputError

__all__ = ["advect"]


def advect(
    field: VelocityField,
    x0: npt.ArrayLike,
    y0: npt.ArrayLike,
    t0_s: float = 0.0,
    t1_s: float | None = None,
    dt_s: float = 600.0,
    scheme: str = "rk4",
    diffusivity_m2_s: float = 0.0,
    seed: int | None = None,
    output_every_s: float | None = 3600.0,
    *,
    wind: VelocityField | None = None,
    wind_drift_factor: npt.ArrayLike = 0.0,
    wind_deflection_deg: npt.ArrayLike = 0.0,
    stokes: VelocityField | None = None,
    land: LandMask | None = None,
    stream_ids: npt.ArrayLike | None = None,
    random_flight: RandomFlight | None = None,
) -> Track:
    """Carry particles with the water from one time to another.

    Steps of equal length no longer than ``dt_s`` fill the time between two
    neighbours among the output times and the frames of every field, so that none
    straddles a frame, where a field linear in time has its kinks.

    Parameters
    ----------
    field : VelocityField
        The current; its land is the coast.
    x0, y0 : array_like of float, shape (n,)
        Starts in units of the field's axes; a longitude may be of any turn.
    t0_s, t1_s : float
        Start and end on the field's clock; backward in time if ``t1_s < t0_s``. By
        default the end is the last frame.
    dt_s : float, default 600
        Longest step, s.
    scheme : {"rk4", "rk2", "euler"}
        Runge-Kutta scheme.
    diffusivity_m2_s : float, default 0
        Horizontal diffusivity K of a Gaussian random walk, m2/s; each step adds
        variance 2 K dt to each axis.
    seed : int, optional
        Names the random numbers; without it they differ from run to run.
    output_every_s : float or None, default 3600
        Time between rows of the result; the last row is ``t1_s`` in any case. None
        keeps only start and end.
    wind : VelocityField, optional
        Wind at 10 m, on its own grid and clock.
    wind_drift_factor : float or array_like, shape (n,)
        Share of the wind that a particle takes on.
    wind_deflection_deg : float or array_like, shape (n,)
        Turn of that share against the wind, positive to the left of it.
    stokes : VelocityField, optional
        Stokes drift of the waves, on its own grid and clock.
    land : LandMask, optional
        A finer coast, checked besides the field's own.
    stream_ids : array_like of int, shape (n,), optional
        Name each particle's random stream; by default 0 to n - 1.
    random_flight : RandomFlight, optional
        Random velocities with a memory, besides the walk.

    Returns
    -------
    Track
        Positions at the output times, and how each particle ended.

    Raises
    ------
    InputError
        If a value is not finite or out of range, shapes disagree, the meshes differ,
        or a time lies outside the frames of a field: nothing is extrapolated.

    Notes
    -----
    Coast: land nodes that are neighbours, side by side or across a cell, are joined
    by a straight coast, and what such lines enclose is land; a land node alone is a
    diamond that reaches half-way to its neighbours. Each step is followed cell by
    cell as a straight line, and a particle strands where that line first meets land,
    so no step jumps an island. It keeps that place; one that starts on land is
    stranded at once. A step that meets land is first taken anew in pieces of a
    quarter of a cell.

    A particle that leaves the grid of the current, the wind or the Stokes drift is
    ``out_of_domain``; a pole is an edge too. Further than one cell into the land of
    their own model wind and waves add nothing.

    Random numbers are Philox 4x32-10 [1]_ of seed, stream and step, so that a seed
    repeats a run and more particles change nothing for the ones before.

    References
    ----------
    .. [1] J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
       SC'11 (2011), doi 10.1145/2063384.2063405.

    Examples
    --------
    >>> field = VelocityField([0], [0, 1000], [0, 1000], [[0.1] * 2] * 2, [[0] * 2] * 2)
    >>> advect(field, [0.0], [500.0], t1_s=3600).x[:, 0].round(6).tolist()
    [0.0, 360.0]
    """
    x, y = start_positions(field, x0, y0)
    same_mesh(field, wind=wind, stokes=stokes)
    if t1_s is None:
        if field.is_steady:
            raise InputError("t1_s: a steady field has no last frame to end at")
        t1_s = float(field.time_s[-1])
    start, end = number(t0_s, "t0_s"), number(t1_s, "t1_s")
    step = number(dt_s, "dt_s", least=0.0, open_=True)
    every = output_every_s
    if every is not None:
        every = number(every, "output_every_s", least=0.0, open_=True)
    used = {"current": field, "wind": wind, "Stokes drift": stokes}
    for name, one in used.items():
        if one is not None:
            one.require_time(start, end, name=name)
    n = x.size
    scheme_used = scheme_of(scheme)
    share = per_particle(wind_drift_factor, n, "wind_drift_factor")
    deflection = per_particle(wind_deflection_deg, n, "wind_deflection_deg")
    along, across = share, np.zeros(n)
    if deflection.any():
        along = share * np.cos(np.radians(deflection))
        across = share * np.sin(np.radians(deflection))
    if land is not None and land.mesh != field.mesh:
        raise InputError(f"land is {land.mesh}, the current is {field.mesh}")
    noise = make_noise(n, diffusivity_m2_s, random_flight, seed, stream_ids)
    times = output_times(start, end, every)
    clocks = [one.time_s for one in used.values() if one is not None]
    who = Particles.new(x, y, along, across, noise)
    xs, ys = carry(
        who,
        [field, wind, stokes],
        land,
        scheme_used,
        noise,
        times,
        spans(times, clocks, step),
    )
    if field.mesh == "spherical":
        xs = field.own_turn(xs)
    xs[0], ys[0] = x, y
    stopped = who.ended_s
    return Track(
        xs,
        ys,
        times,
        STATUS_NAMES[who.state],
        np.where(who.state == STRANDED, stopped, np.nan),
        np.where(who.state == OUT_OF_DOMAIN, stopped, np.nan),
    )
