"""Coverage and held-out score on simulated surveys; ``benchmarks density`` has more.

Surveys are drawn from seeds that served neither to develop nor to report.
"""

import numpy as np
import pytest

from benchmarks._cox_surveys import PEERS, SCENARIOS, simulate
from benchmarks.density import held_out

SEEDS = range(501, 507)


@pytest.mark.slow
@pytest.mark.validation
@pytest.mark.parametrize("name", SCENARIOS)
def test_intervals_cover_and_the_held_out_score_is_better_than_the_peers(name):
    covered: list[float] = []
    ours: list[float] = []
    theirs: dict[str, list[float]] = {peer: [] for peer in PEERS}
    for seed in SEEDS:
        survey = simulate(SCENARIOS[name], seed)
        inside, score, _ = held_out(survey)
        covered.append(inside.mean())
        ours.append(score.mean())
        for peer, fit in PEERS.items():
            theirs[peer].append(fit(survey)[0].mean())
    assert 0.82 <= np.mean(covered) <= 0.97
    for peer in ("cell-wise Gamma-Poisson", "kernel ratio", "no-effort KDE"):
        assert np.mean(ours) > np.mean(theirs[peer]), peer
