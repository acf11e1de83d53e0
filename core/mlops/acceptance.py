"""Automated tests of a model: what it must show before it may be the champion.

The limits are this project's own choice, made for models that were measured on about
five hundred validation photos; they stop a broken or badly trained model, they do not
rank good ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import ModelError
from core.mlops.registry import DeployedModel, verify_folder
from core.mlops.timing import milliseconds, predictor

__all__ = ["Limits", "ModelCheck", "check_model"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a model must reach.

    Parameters
    ----------
    accuracy, macro_f1 : float
        Least values of a classifier on validation photos.
    ece : float
        Greatest calibration error of a classifier.
    ap50_any : float
        Least value of a detector.
    milliseconds : float
        Longest time of one prediction on this machine.
    source_drop : float
        How much a classifier's accuracy on one source may lie below the champion's.
    source_photos : int
        Sources with fewer photos are not compared; chance alone moves them more.
    """

    accuracy: float = 0.55
    macro_f1: float = 0.40
    ece: float = 0.10
    ap50_any: float = 0.30
    milliseconds: float = 3_000.0
    source_drop: float = 0.10
    source_photos: int = 20


@dataclass(frozen=True, kw_only=True)
class ModelCheck:
    """One test: what was asked, whether it held, and what was found."""

    name: str
    is_passed: bool
    told: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON and the audit log."""
        return {"name": self.name, "is_passed": self.is_passed, "told": self.told}


def check_model(
    model: DeployedModel,
    *,
    champion: DeployedModel | None = None,
    limits: Limits | None = None,
) -> list[ModelCheck]:
    """Test a model: files, prediction, figures, time, and sources against the champion.

    Parameters
    ----------
    model : DeployedModel
        To be tested.
    champion : DeployedModel, optional
        In use now; the same kind.
    limits : Limits, optional
        What is asked.

    Returns
    -------
    list of ModelCheck
        A model whose files are not whole is tested no further.
    """
    limits = limits or Limits()
    try:
        verify_folder(model.folder)
    except ModelError as error:
        return [ModelCheck(name="files", is_passed=False, told=str(error))]
    checks = [ModelCheck(name="files", is_passed=True, told="as the manifest says")]
    checks += _prediction(model, limits)
    val = model.content.get("metrics", {}).get("val", {})
    if model.kind == "classifier":
        checks += [
            _at_least("accuracy", val.get("accuracy"), limits.accuracy),
            _at_least("macro-F1", val.get("macro_f1"), limits.macro_f1),
            _at_most("calibration error", val.get("ece"), limits.ece),
        ]
        if champion is not None:
            checks.append(_sources(val, champion, limits))
    elif model.kind == "detector":
        checks.append(_at_least("AP50 of any", val.get("ap50_any"), limits.ap50_any))
    else:
        checks += _forest(model.content["targets"])
    return checks


def _prediction(model: DeployedModel, limits: Limits) -> list[ModelCheck]:
    try:
        if model.kind == "classifier":
            grey = np.full((64, 64, 3), 127, dtype=np.uint8)
            shares = np.asarray(predictor(model)(grey))
            if not (np.isfinite(shares).all() and abs(shares.sum() - 1) < 1e-6):
                told = f"probabilities {shares.tolist()}"
                return [ModelCheck(name="prediction", is_passed=False, told=told)]
        took = milliseconds([model], rounds=5)[model.model_id]
    except (ModelError, ValueError, RuntimeError) as error:
        return [ModelCheck(name="prediction", is_passed=False, told=str(error))]
    return [
        ModelCheck(name="prediction", is_passed=True, told="it predicts"),
        _at_most("time of one prediction (ms)", took, limits.milliseconds),
    ]


def _at_least(name: str, value: float | None, limit: float) -> ModelCheck:
    is_passed = value is not None and value >= limit
    found = "not measured" if value is None else f"{value:.3f}"
    return ModelCheck(
        name=name, is_passed=is_passed, told=f"{found}, at least {limit:g} asked"
    )


def _at_most(name: str, value: float | None, limit: float) -> ModelCheck:
    is_passed = value is not None and value <= limit
    found = "not measured" if value is None else f"{value:.3f}"
    return ModelCheck(
        name=name, is_passed=is_passed, told=f"{found}, at most {limit:g} allowed"
    )


def _sources(
    val: Mapping[str, Any], champion: DeployedModel, limits: Limits
) -> ModelCheck:
    old = champion.content.get("metrics", {}).get("val", {}).get("per_source", {})
    worse = []
    for source, entry in val.get("per_source", {}).items():
        before = old.get(source, {})
        if min(entry["n"], before.get("n", 0)) < limits.source_photos:
            continue
        if entry["accuracy"] < before["accuracy"] - limits.source_drop:
            worse.append(
                f"{source} {before['accuracy']:.2f} to {entry['accuracy']:.2f}"
            )
    told = f"against {champion.model_id}: {', '.join(worse) or 'no source fell'}"
    return ModelCheck(
        name=f"no source falls by more than {limits.source_drop:g}",
        is_passed=not worse,
        told=told,
    )


def _forest(targets: Mapping[str, Any]) -> list[ModelCheck]:
    """At least one target is told better than by the mean, in waters never seen."""
    told = []
    for code, one in targets.items():
        scores = one["metrics"]["region"]["scores"]
        ours, mean = (scores[name]["macro_f1"]["value"] for name in ("forest", "mean"))
        told.append((ours is not None and mean is not None and ours > mean, code))
    better = [code for is_better, code in told if is_better]
    return [
        ModelCheck(
            name="better than the mean in unseen waters",
            is_passed=bool(better),
            told=f"{len(better)} of {len(told)} targets: {', '.join(better) or 'none'}",
        )
    ]
