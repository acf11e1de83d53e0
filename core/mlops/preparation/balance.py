"""How classes and sources are spread, and whether one gives the other away.

Where each class comes from its own camera, a network can score well by recognising
the camera. Normalised mutual information says how much of the class the source tells.

References
----------
.. [1] A. Strehl, J. Ghosh, "Cluster Ensembles", JMLR 3 (2002) 583-617: normalised
   mutual information.
.. [2] R. Geirhos et al., "Shortcut learning in deep neural networks", Nature Machine
   Intelligence 2 (2020) 665-673.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.mlops.preparation.records import Finding

__all__ = ["balance_findings", "entanglement"]

#: From here on a warning is given; assumptions: sources of equal content scatter well
#: below 0.05 at some hundred pictures, separate ones give 1.
_MOST_INFORMATION = 0.10
_MOST_FROM_ONE = 0.90
_FEW_IN_VALIDATION = 30
_FEW = 100
_MOST_IMBALANCE = 10.0
_LARGE_SCENE = 0.3


def entanglement(classes: Sequence[str], sources: Sequence[str]) -> dict[str, Any]:
    """Measure how much the source of a picture tells of its class.

    Parameters
    ----------
    classes, sources : sequence of str, shape (n,)
        Of each picture, or of each box.

    Returns
    -------
    dict
        ``nmi`` (mutual information over the geometric mean of the entropies, 0 where
        one of them is 0), ``source_only_accuracy`` (naming the commonest class of
        each source), ``majority_accuracy`` (naming the commonest class),
        ``by_class`` (share of the commonest source in each class).

    Examples
    --------
    >>> entanglement(["a", "a", "b", "b"], ["x", "x", "y", "y"])["nmi"]
    1.0
    """
    n = len(classes)
    pairs = Counter(zip(classes, sources, strict=True))
    by_class, by_source = Counter(classes), Counter(sources)
    information = sum(
        k / n * np.log(k * n / (by_class[c] * by_source[s]))
        for (c, s), k in pairs.items()
    )
    entropies = [
        -sum(k / n * np.log(k / n) for k in counts.values())
        for counts in (by_class, by_source)
    ]
    norm = float(np.sqrt(entropies[0] * entropies[1]))
    commonest: Counter[str] = Counter()
    for (_, source), k in pairs.items():
        commonest[source] = max(commonest[source], k)
    leading: dict[str, dict[str, Any]] = {}
    for (name, source), k in sorted(pairs.items()):
        share = round(k / by_class[name], 4)
        if share > leading.get(name, {}).get("share", 0.0):
            leading[name] = {"source": source, "share": share}
    return {
        "nmi": round(float(information) / norm, 4) if norm > 0 else 0.0,
        "source_only_accuracy": round(sum(commonest.values()) / n, 4) if n else None,
        "majority_accuracy": round(max(by_class.values()) / n, 4) if n else None,
        "by_class": leading,
    }


def balance_findings(
    told: dict[str, Any],
    train: Counter[str],
    validation: Counter[str],
    scenes_by_class: Counter[str],
    sources: Counter[str],
    largest_scene_share: float,
) -> list[Finding]:
    """Warn where the set as a whole misleads.

    Parameters
    ----------
    told : dict
        As `entanglement` returned.
    train, validation : Counter
        Pictures or boxes by class on each side.
    scenes_by_class : Counter
        Scenes in which each class occurs.
    sources : Counter
        Pictures by source.
    largest_scene_share : float
        Share of all pictures in the largest scene.
    """
    found = []

    def warn(kind: str, record: str, reason: str) -> None:
        found.append(Finding(kind=kind, record=record, reason=reason))

    if told["nmi"] >= _MOST_INFORMATION:
        reason = (
            f"the source tells the class: NMI {told['nmi']:.2f}; the commonest "
            f"class of each source is right for {told['source_only_accuracy']:.0%}, "
            f"the commonest class of all for {told['majority_accuracy']:.0%}"
        )
        warn("entangled", "the whole set", reason)
    for name, lead in told["by_class"].items():
        if len(sources) > 1 and lead["share"] >= _MOST_FROM_ONE:
            reason = f"{lead['share']:.0%} come from the source {lead['source']}"
            warn("one_source", name, reason)
    for name in sorted(train | validation):
        n_val, n = validation[name], train[name] + validation[name]
        if scenes_by_class[name] == 1:
            warn("one_scene", name, "all of one scene, so none are in validation")
        elif n < _FEW or n_val < _FEW_IN_VALIDATION:
            warn("few", name, f"{train[name]} to train on, {n_val} to validate")
    if train and max(train.values()) > _MOST_IMBALANCE * min(train.values()):
        (most, n_most), (least, n_least) = (
            train.most_common(1)[0],
            min(train.items(), key=lambda pair: (pair[1], pair[0])),
        )
        warn("imbalance", "the whole set", f"{n_most} {most} against {n_least} {least}")
    if largest_scene_share > _LARGE_SCENE:
        reason = f"one scene holds {largest_scene_share:.0%} of all pictures"
        warn("large_scene", "the whole set", reason)
    return found
