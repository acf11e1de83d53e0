"""Train the forests on the real tables, judge them, and deploy them as one model."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.distribution.card import model_card
from core.distribution.density_forest import CONFIDENCE, DensityForest, fit_density
from core.distribution.evaluation import Evaluation, evaluate_target
from core.distribution.features import FEATURES, OPTIONAL_FEATURES, feature_table
from core.distribution.folds import BLOCK_RESOLUTION, N_REGION_FOLDS, SPLITS
from core.distribution.forest import packed, waters_of
from core.distribution.manifest import (
    FOREST_NAME,
    FORMAT,
    KIND,
    ForestManifest,
    forest_versions,
    read_forest_manifest,
)
from core.distribution.metrics import N_DRAWS
from core.distribution.tables import SAME_TOW_KM, TrainingRows, training_rows
from core.distribution.targets import TARGETS, Target
from core.errors import InputError, ModelError, StorageError

__all__ = ["DEFAULT_FEATURES", "ForestOptions", "table_of", "train_forest"]

FloatArray = npt.NDArray[np.float64]
Report = Callable[[str], None]

#: Wind and current are left out: they made nothing held out better (docs/prior.md),
#: and which tables lack them would tell the tables apart.
DEFAULT_FEATURES = tuple(n for n in FEATURES if n not in OPTIONAL_FEATURES)
_ARRAYS, _CARD = "forest.npz", "model_card.md"


@dataclass(frozen=True, kw_only=True)
class ForestOptions:
    """How the forests grow.

    Parameters
    ----------
    n_trees : int
        Trees of each deployed forest, 1 to 1,000.
    n_trees_judged : int
        Trees of each forest that is judged on rows held out.
    least_leaf : int
        Rows in a leaf at least.
    row_share : float
        Share of the rows each tree draws, in (0, 1].
    feature_share : float
        Share of the features tried at a split, in (0, 1].
    n_draws : int
        Bootstrap draws behind the intervals of figures.
    """

    n_trees: int = 100
    n_trees_judged: int = 40
    least_leaf: int = 5
    row_share: float = 0.5
    feature_share: float = 0.4
    n_draws: int = N_DRAWS

    def __post_init__(self) -> None:
        for name in ("n_trees", "n_trees_judged", "least_leaf"):
            if not 1 <= getattr(self, name) <= 1_000:
                raise InputError(f"{name} {getattr(self, name)} outside [1, 1000]")
        for name in ("row_share", "feature_share"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise InputError(f"{name} {getattr(self, name)} outside (0, 1]")
        if not 1 <= self.n_draws <= 100_000:
            raise InputError(f"n_draws {self.n_draws} outside [1, 100000]")

    def fit(
        self, wanted: Target, features: Sequence[str], *, seed: int, n_trees: int
    ) -> Callable[[FloatArray, FloatArray], DensityForest]:
        """Return ``fit(table, values)`` with these options."""

        def fitted(table: FloatArray, values: FloatArray) -> DensityForest:
            return fit_density(
                table,
                values,
                wanted,
                tuple(features),
                seed=seed,
                n_trees=n_trees,
                least_leaf=self.least_leaf,
                row_share=self.row_share,
                feature_share=self.feature_share,
            )

        return fitted


def table_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Features of rows as :func:`core.distribution.training_rows` gives them."""
    return feature_table(
        lat=frame["lat"],
        lon=frame["lon"],
        time=frame["observed_at"],
        mesh_mm=frame["mesh_mm"],
        is_corrected=frame["is_corrected"],
        wind_m_s=frame["wind_m_s"],
        day_known=frame["day_known"],
    )


def train_forest(
    observations_dir: Path,
    *,
    version: int,
    models_dir: Path,
    seed: int = 1,
    licence: str = "any",
    name: str = FOREST_NAME,
    features: Sequence[str] = DEFAULT_FEATURES,
    options: ForestOptions | None = None,
    report: Report | None = None,
) -> ForestManifest:
    """Train, cross-validate and deploy a forest; the same seed gives the same figures.

    Parameters
    ----------
    observations_dir : Path
        Folder of the published tables, see :data:`core.distribution.TABLES`.
    version : int
        Version to deploy it as; one that is there already is refused.
    models_dir : Path
        Folder of deployed models.
    seed : int, default 1
        Of trees, folds and bootstrap.
    licence : str, default "any"
        ``open`` trains on tables with a stated open licence only.
    name : str
        Name to deploy it under.
    features : sequence of str
        Columns of ``FEATURES`` to train on.
    options : ForestOptions, optional
        How the forests grow.
    report : callable, optional
        Told what is being done.

    Returns
    -------
    ForestManifest
        As it was written beside the arrays; its content has all figures.

    Raises
    ------
    InputError
        If no table can be used or an option is wrong.
    ModelError
        If the version is deployed already.
    StorageError
        If the model cannot be written.
    """
    if unknown := sorted(set(features) - set(FEATURES)):
        raise InputError(
            f"no feature {unknown[0][:40]!r}; known: {', '.join(FEATURES)}"
        )
    if version < 1 or version in forest_versions(models_dir, name):
        raise ModelError(f"{name}@{version} is deployed already, or no version")
    options = options or ForestOptions()
    forests: dict[str, DensityForest] = {}
    waters: dict[str, dict[int, int]] = {}
    targets: dict[str, Any] = {}
    for wanted in TARGETS:
        if report is not None:
            report(f"{wanted.code}: reading tables")
        try:
            rows = training_rows(observations_dir, wanted, licence=licence)
        except InputError:
            if wanted is TARGETS[-1] and not forests:
                raise
            continue
        table = table_of(rows.frame)[list(features)].to_numpy()
        judged = evaluate_target(
            rows.frame,
            table,
            wanted,
            options.fit(wanted, features, seed=seed, n_trees=options.n_trees_judged),
            seed=seed,
            n_draws=options.n_draws,
            report=report,
        )
        values = rows.frame["value"].to_numpy(dtype=np.float64)
        fit = options.fit(wanted, features, seed=seed, n_trees=options.n_trees)
        fitted = fit(table, values)
        forests[wanted.code] = fitted.calibrated(judged.calibration)
        waters[wanted.code] = waters_of(rows.frame)
        targets[wanted.code] = _target_entry(wanted, rows, features, judged)
    content = _content(name, version, seed, licence, options, targets)
    return _deploy(models_dir, content, packed(forests, waters))


def _target_entry(
    wanted: Target, rows: TrainingRows, features: Sequence[str], judged: Evaluation
) -> dict[str, Any]:
    frame = rows.frame
    years = frame["observed_at"].dt.year
    counts = np.bincount(wanted.classes_of(frame["value"]), minlength=wanted.n_classes)
    return {
        "label": wanted.label,
        "unit": wanted.unit,
        "bounds": list(wanted.bounds),
        "class_labels": list(wanted.class_labels),
        "class_counts": counts.tolist(),
        "features": list(features),
        "n": len(frame),
        "years": [int(years.min()), int(years.max())],
        "tables": rows.used,
        "calibration": {
            "temperature": judged.calibration.temperature,
            "low_tail": judged.calibration.low_tail,
            "high_tail": judged.calibration.high_tail,
            "confidence": CONFIDENCE,
            "fitted_on": "regions left out",
            "coverage_before": round(judged.coverage_before, 4),
        },
        "metrics": judged.splits,
        "by_basin": judged.by_basin,
    }


def _content(
    name: str,
    version: int,
    seed: int,
    licence: str,
    options: ForestOptions,
    targets: dict[str, Any],
) -> dict[str, Any]:
    tables = [table for one in targets.values() for table in one["tables"]]
    unstated = sorted({t["file"] for t in tables if t["licence"] != "open"})
    return {
        "format": FORMAT,
        "kind": KIND,
        "name": name,
        "version": version,
        "task": "debris density of places and times",
        "architecture": "random forests (classification and quantile regression)",
        # One table came without a licence file; its article is CC BY 4.0.
        "research_use": bool(unstated),
        "tables_without_licence": unstated,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "prediction_file": _ARRAYS,
        "targets": targets,
        "training": {
            "seed": seed,
            "licence": licence,
            "n_trees": options.n_trees,
            "n_trees_judged": options.n_trees_judged,
            "least_leaf": options.least_leaf,
            "row_share": options.row_share,
            "feature_share": options.feature_share,
            "bootstrap_draws": options.n_draws,
            "splits": SPLITS,
            "block": f"H3 resolution {BLOCK_RESOLUTION}",
            "region_folds": N_REGION_FOLDS,
            "same_tow_km": SAME_TOW_KM,
            "packages": {
                one: version_of(one) for one in ("scikit-learn", "numpy", "scipy", "h3")
            },
        },
    }


def _deploy(models_dir: Path, content: dict[str, Any], arrays: bytes) -> ForestManifest:
    """Write the folder beside its place and move it there whole."""
    files = {_ARRAYS: arrays, _CARD: model_card(content).encode("utf-8")}
    content["files"] = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in files.items()
    }
    files["manifest.json"] = (
        json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode("utf-8")
    home = models_dir / content["name"]
    folder = home / str(content["version"])
    try:
        home.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=home, prefix=".new-") as made:
            whole = Path(made) / "model"
            whole.mkdir()
            for name, data in files.items():
                (whole / name).write_bytes(data)
            whole.rename(folder)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror}") from error
    return read_forest_manifest(folder)
