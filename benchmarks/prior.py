"""The debris forest on waters, oceans and years left out, beside its baselines.

Reads ``../shared/datasets/observations`` beside the checkout; says so where it is
absent. Seeds, folds and bootstrap are fixed, so every figure repeats: those of the
deployed forest, its twin on open tables, and what single features are worth.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import Row
from core.distribution import load_forest, target, train_forest, training_rows
from core.distribution.folds import region_blocks, region_folds
from core.distribution.metrics import auroc
from core.distribution.train import DEFAULT_FEATURES, ForestOptions, table_of
from core.observations.importers import import_file

__all__ = ["run"]

_SHARED = Path(__file__).resolve().parents[2] / "shared/datasets"
_TABLES = _SHARED / "observations"
_CURRENTS = _SHARED / "ocean/cmems_global_surface_currents_1deg_5day_2024-01.nc"
_MODEL = _TABLES / "model_microplastics_1deg.nc"
_NCEI = _TABLES / "ncei_microplastics.parquet"
_SEED = 1
#: Trees of each forest where features are compared.
_FEW = ForestOptions(n_trees=30, n_trees_judged=30)
_NETS = ("neuston net", "manta net", "avani net")


def run() -> list[Row]:
    """Train twice, compare with baselines, and leave features out or put them in."""
    if not _TABLES.is_dir():
        note = "the published tables (../shared/datasets/observations) are not here"
        return [{"measure": "debris forest", "value": 0, "unit": "rows", "note": note}]
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        for licence, name in (("any", "debris_forest"), ("open", "open_debris_forest")):
            began = time.process_time()
            made = train_forest(
                _TABLES,
                version=1,
                models_dir=Path(folder),
                seed=_SEED,
                licence=licence,
                name=name,
            )
            spent = time.process_time() - began
            rows.append(_row(f"{name}: training, CPU", spent, "s"))
            for code, one in made.content["targets"].items():
                rows += _figures(f"{name}, {code}", one["metrics"])
        rows += _cost(Path(folder))
        rows += _elsewhere(Path(folder))
    return rows + _features()


def _row(measure: str, value: float, unit: str, note: str = "") -> Row:
    return {"measure": measure, "value": value, "unit": unit, "note": note}


def _figures(label: str, metrics: dict[str, Any]) -> list[Row]:
    rows = []
    for split, found in metrics.items():
        for method, scores in found["scores"].items():
            for name in ("rps", "macro_f1", "r2", "mae", "coverage"):
                entry = scores[name]
                if entry["value"] is not None:
                    note = f"{entry['low']:.3f} to {entry['high']:.3f}, n={found['n']}"
                    measure = f"{label} by {split}, {method}: {name}"
                    rows.append(_row(measure, entry["value"], "", note))
    return rows


def _cost(models_dir: Path) -> list[Row]:
    began = time.perf_counter()
    forest = load_forest(models_dir)
    loaded = time.perf_counter() - began
    rng = np.random.default_rng(0)
    lat, lon = rng.uniform(-60, 60, 1_000), rng.uniform(-180, 180, 1_000)
    moment = pd.Timestamp("2026-06-01", tz="UTC")
    forest.predict(lat=lat[:2], lon=lon[:2], time=moment, target="mass_large")
    began = time.perf_counter()
    forest.predict(lat=lat, lon=lon, time=moment, target="pieces_net")
    spent = time.perf_counter() - began
    size = (models_dir / "debris_forest/1/forest.npz").stat().st_size
    return [
        _row("loading a forest", loaded * 1e3, "ms"),
        _row("1,000 places of pieces_net", spent * 1e3, "ms"),
        _row("size of the arrays", size / 1e6, "MB"),
    ]


def _elsewhere(models_dir: Path) -> list[Row]:
    """Rank presence in net samples of another database, in another unit."""
    if not _NCEI.is_file():
        return []
    forest = load_forest(models_dir, "open_debris_forest")
    measured = import_file(_NCEI).measurements
    nets = measured[
        (measured["quantity"] == "items_per_m3")
        & (measured["medium"] == "sea_surface")
        & measured["method"].isin(_NETS)
        & measured["value"].notna()
    ].reset_index(drop=True)
    found = forest.predict(
        lat=nets["lat"], lon=nets["lon"], time=nets["observed_at"], target="pieces_net"
    )
    unknown = (found["n_near"] == 0).to_numpy()
    present = (nets["value"] > 0).to_numpy()
    score = found["p_present"].to_numpy()
    # Some of these tows are training rows in another unit: "all" flatters.
    chosen = {
        "all": np.ones(len(nets), dtype=bool),
        "waters without a training row": unknown,
    }
    rows = []
    for label, k in chosen.items():
        value, note = auroc(score[k], present[k]), f"n={int(k.sum())}"
        rows.append(_row(f"NCEI nets, presence ranked, {label}", value, "AUROC", note))
    return rows


def _features() -> list[Row]:
    """R2 and MAE by region with features left out or put in, 30 trees."""
    wanted = target("pieces_net")
    frame = training_rows(_TABLES, wanted).frame
    table = table_of(frame)
    table["current_m_s"] = _climatology(frame)
    table["model"] = _published_model(frame)
    values = frame["value"].to_numpy(dtype=np.float64)
    level = np.log10(1.0 + values)
    base = list(DEFAULT_FEATURES)
    sets = {
        "as deployed": base,
        "with wind": [*base, "wind_m_s"],
        "with January's mean current": [*base, "current_m_s"],
        "with a published model (fitted to these tows)": [*base, "model"],
        "without season": [n for n in base if not n.startswith("season")],
        "without year": [n for n in base if n != "year"],
        "without position": [n for n in base if n not in ("x", "y", "z", "basin")],
        "without mesh": [n for n in base if n not in ("mesh_mm", "is_corrected")],
    }
    rows = []
    folds = region_folds(region_blocks(frame["lat"], frame["lon"]), seed=_SEED)
    for label, names in sets.items():
        fit = _FEW.fit(wanted, names, seed=_SEED, n_trees=_FEW.n_trees_judged)
        asked = table[names].to_numpy()
        found = np.empty(len(level))
        for fold in folds:
            forest = fit(asked[fold.train], values[fold.train])
            found[fold.test] = forest.level(forest.distribution(asked[fold.test]))
        error = level - found
        r2 = 1.0 - (error**2).sum() / ((level - level.mean()) ** 2).sum()
        note = f"MAE {np.abs(error).mean():.3f}"
        rows.append(_row(f"pieces_net by region, {label}: r2", float(r2), "", note))
    return rows


def _climatology(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Mean current speed of January 2024 at the nearest degree; NaN where unknown."""
    if not _CURRENTS.is_file():
        return np.full(len(frame), np.nan)
    import xarray as xr

    with xr.open_dataset(_CURRENTS) as data:
        mean = data[["uo", "vo"]].squeeze().mean("time")
        speed = (mean["uo"] ** 2 + mean["vo"] ** 2) ** 0.5
        near = speed.sel(
            latitude=xr.DataArray(frame["lat"].to_numpy(), dims="row"),
            longitude=xr.DataArray(frame["lon"].to_numpy(), dims="row"),
            method="nearest",
        )
        return np.asarray(near.to_numpy(), dtype=np.float64)


def _published_model(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """log10(1 + abundance) of van Sebille et al. 2015 at the nearest node."""
    if not _MODEL.is_file():
        return np.full(len(frame), np.nan)
    field = next(
        f
        for f in import_file(_MODEL).fields
        if "sebille" in f.name.casefold() and f.quantity == "items_per_km2"
    )
    row = np.abs(field.lat[:, None] - frame["lat"].to_numpy()).argmin(axis=0)
    turn = (field.lon[:, None] - frame["lon"].to_numpy() + 180.0) % 360.0 - 180.0
    column = np.abs(turn).argmin(axis=0)
    return np.log10(1.0 + field.value[row, column])
