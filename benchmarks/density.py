"""The log-Gaussian Cox field on simulated surveys, beside its peers.

Four scenarios, 30 surveys each, seeds 1 to 30 (seeds from 1000 on served to develop).
Coverage is the share of cells whose true density lies in the 90 % interval: of all
cells, searched and held out, and the least of a single survey. The log score is the
mean log probability of the counts of the held-out cells, in nats a cell; greater is
better. Times are CPU time of this process.
"""

import time
from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import Row
from benchmarks._cox_surveys import (
    PEERS,
    SCENARIOS,
    Scenario,
    SimulatedSurvey,
    simulate,
)
from core.density import EffortDensity

__all__ = ["held_out", "run"]

SEEDS = tuple(range(1, 31))
#: Sites of the fits that are timed.
_SIZES = (200, 1_000)

FloatArray = npt.NDArray[np.float64]


def run() -> list[Row]:
    """Coverage and held-out log score in each scenario, then the time of a fit."""
    rows: list[Row] = []
    for name, scenario in SCENARIOS.items():
        rows += _scenario(name, scenario)
    return rows + [_time(n) for n in _SIZES]


def held_out(
    survey: SimulatedSurvey,
) -> tuple[npt.NDArray[np.bool_], FloatArray, EffortDensity]:
    """Fit the searched cells.

    Returns
    -------
    covered : ndarray of bool, shape (n_cells,)
        Whether the interval holds the true density.
    score : ndarray of float, shape (n_held_out,)
        Log probability of the held-out counts.
    model : EffortDensity
    """
    seen, new = survey.searched, ~survey.searched
    model = EffortDensity(geometry="flat")
    model.fit(survey.x_km[seen], survey.count[seen], survey.effort_km2[seen])
    _, low, high = model.predict(survey.x_km, return_interval=True)
    covered = (survey.density >= low) & (survey.density <= high)
    score = model.log_score(survey.x_km[new], survey.count[new], survey.effort_km2[new])
    return covered, score, model


def _scenario(name: str, scenario: Scenario) -> list[Row]:
    ours: dict[str, list[float]] = defaultdict(list)
    scores: dict[str, list[float]] = defaultdict(list)
    peer_cover: dict[str, list[float]] = defaultdict(list)
    for seed in SEEDS:
        survey = simulate(scenario, seed)
        began = time.process_time()
        covered, score, _ = held_out(survey)
        ours["CPU"].append(time.process_time() - began)
        ours["all"].append(covered.mean())
        ours["searched"].append(covered[survey.searched].mean())
        ours["held out"].append(covered[~survey.searched].mean())
        scores["ours"].append(score.mean())
        for peer, fit in PEERS.items():
            theirs, limits = fit(survey)
            scores[peer].append(theirs.mean())
            if limits is not None:
                inside = (survey.density >= limits[0]) & (survey.density <= limits[1])
                peer_cover[peer].append(inside.mean())
    note = f"searched {_share(ours['searched'])}, held out {_share(ours['held out'])}, "
    note += f"least of a survey {min(ours['all']):.0%}"
    rows = [
        _row(f"{name}: coverage", 100 * float(np.mean(ours["all"])), "%", note),
        _row(f"{name}: log score", np.mean(scores["ours"]), "nats"),
    ]
    for peer in PEERS:
        gain = np.array(scores["ours"]) - scores[peer]
        better = f"better in {(gain > 0).sum()} of {len(gain)}"
        if peer in peer_cover:
            better += f"; its coverage {_share(peer_cover[peer])}"
        rows.append(_row(f"{name}: gain over {peer}", gain.mean(), "nats", better))
    return [*rows, _row(f"{name}: CPU", np.mean(ours["CPU"]), "s")]


def _time(n_sites: int) -> Row:
    """CPU time of a fit of that many sites scattered over the square."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.0, 120.0, (n_sites, 2))
    density = np.exp(2.0 + np.sin(x[:, 0] / 12.0) + np.cos(x[:, 1] / 9.0))
    y = rng.poisson(density * rng.gamma(3.0, 1.0 / 3.0, n_sites))
    began = time.process_time()
    EffortDensity(geometry="flat").fit(x, y)
    return _row(f"fit of {n_sites} sites: CPU", time.process_time() - began, "s")


def _share(values: list[float]) -> str:
    return f"{np.mean(values):.1%}"


def _row(
    measure: str, value: float | np.floating[Any], unit: str, note: str = ""
) -> Row:
    row: Row = {"measure": measure, "value": float(value), "unit": unit}
    return {**row, "note": note} if note else row
