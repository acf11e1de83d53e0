"""A deployed forest: loaded without pickle, asked for places and times."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h3.api.basic_int as h3_int
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.distribution._checks import checked_places
from core.distribution.density_forest import DensityForest
from core.distribution.features import feature_table
from core.distribution.folds import BLOCK_RESOLUTION
from core.distribution.manifest import (
    FOREST_NAME,
    ForestManifest,
    find_forest,
    read_forest_manifest,
    read_verified_file,
)
from core.distribution.targets import Target
from core.errors import ModelError, NotFoundError

__all__ = ["PREDICTION_COLUMNS", "DebrisForest", "load_forest", "packed", "waters_of"]

Arrays = Mapping[str, npt.NDArray[np.generic]]

#: Columns of a prediction; the probabilities ``p_0`` and on of the classes follow.
PREDICTION_COLUMNS = (
    "lat",
    "lon",
    "mean",
    "variance",
    "median",
    "low",
    "high",
    "p_present",
    "class",
    "class_label",
    "n_near",
)
#: A forest's arrays unpacked; more is none of ours.
_MAX_UNPACKED_BYTES = 200_000_000


@dataclass(frozen=True, eq=False)
class DebrisForest:
    """The forests of a deployed model, by target.

    Attributes
    ----------
    manifest : ForestManifest
        What it says of itself.
    forests : mapping of str to DensityForest
        One a target.
    waters : mapping of str to mapping of int to int
        Rows each target was trained on by H3 cell: which waters it knows.
    """

    manifest: ForestManifest
    forests: Mapping[str, DensityForest]
    waters: Mapping[str, Mapping[int, int]]

    @property
    def model_id(self) -> str:
        """Name and version, as written beside every prediction."""
        return self.manifest.model_id

    def target(self, code: str) -> Target:
        """Return a target this forest predicts.

        Raises
        ------
        NotFoundError
            If it predicts no such thing.
        """
        if code not in self.forests:
            known = ", ".join(self.forests)
            raise NotFoundError(f"{self.model_id} has no target {code[:60]!r}: {known}")
        return self.forests[code].target

    def predict(
        self,
        *,
        lat: npt.ArrayLike,
        lon: npt.ArrayLike,
        time: object,
        target: str,
        mesh_mm: npt.ArrayLike | None = None,
        wind_m_s: npt.ArrayLike = np.nan,
        current_m_s: npt.ArrayLike = np.nan,
    ) -> pd.DataFrame:
        """Foretell what a search would find; nothing of this was measured there.

        Parameters
        ----------
        lat, lon : array_like of float, shape (n,)
            WGS 84 degrees.
        time : aware datetime, or n of them
            UTC.
        target : str
            Code of a target.
        mesh_mm : array_like of float, optional
            Smallest debris counted; the target's own unless given.
        wind_m_s, current_m_s : array_like of float
            Where known; only used by forests that were trained with them.

        Returns
        -------
        DataFrame
            ``PREDICTION_COLUMNS``: density in the target's unit (``mean``, its
            ``variance`` over searches, ``median``, the 90 % interval ``low`` to
            ``high`` of what one search finds), ``p_present``, the likeliest ``class``,
            and ``n_near``, training rows in the same H3 cell of 610,000 km2; where it
            is 0 expect what ``docs/prior.md`` says of unseen waters.

        Raises
        ------
        InputError
            If a place or time cannot be used.
        NotFoundError
            If the forest has no such target.
        """
        wanted = self.target(target)
        lats, lons = checked_places(lat, lon)
        forest = self.forests[target]
        table = feature_table(
            lat=lats,
            lon=lons,
            time=time,
            mesh_mm=wanted.mesh_mm if mesh_mm is None else mesh_mm,
            wind_m_s=wind_m_s,
            current_m_s=current_m_s,
        )[list(forest.features)].to_numpy()
        classes = forest.class_shares(table)
        steps = forest.distribution(table)
        low, high = forest.interval(steps)
        likeliest = classes.argmax(axis=1)
        known = self.waters[target]
        near = [known.get(cell, 0) for cell in cells_of_blocks(lats, lons)]
        frame = pd.DataFrame(
            {
                "lat": lats,
                "lon": lons,
                "mean": forest.mean(steps),
                "variance": forest.variance(steps),
                "median": forest.quantile(steps, 0.5),
                "low": low,
                "high": high,
                "p_present": 1.0 - classes[:, 0],
                "class": likeliest,
                "class_label": [wanted.class_labels[k] for k in likeliest],
                "n_near": near,
            },
            columns=list(PREDICTION_COLUMNS),
        )
        shares = {f"p_{k}": classes[:, k] for k in range(classes.shape[1])}
        return frame.assign(**shares)


def cells_of_blocks(
    lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]
) -> list[int]:
    """H3 cell of each place at the resolution of the cross-validation."""
    pairs = zip(lat.tolist(), lon.tolist(), strict=True)
    return [h3_int.latlng_to_cell(a, o, BLOCK_RESOLUTION) for a, o in pairs]


def waters_of(frame: pd.DataFrame) -> dict[int, int]:
    """Count rows by H3 cell."""
    cells = cells_of_blocks(*checked_places(frame["lat"], frame["lon"]))
    found, count = np.unique(np.array(cells, dtype=np.uint64), return_counts=True)
    return dict(zip(found.tolist(), count.tolist(), strict=True))


def packed(
    forests: Mapping[str, DensityForest], waters: Mapping[str, Mapping[int, int]]
) -> bytes:
    """Arrays of forests as the bytes of an npz file; the same for the same forests."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for code, forest in forests.items():
        arrays.update(forest.arrays())
        cells = sorted(waters[code])
        arrays[f"{code}_cells"] = np.array(cells, dtype=np.uint64)
        arrays[f"{code}_rows"] = np.array([waters[code][c] for c in cells], np.int64)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def load_forest(models_dir: Path, spec: str = FOREST_NAME) -> DebrisForest:
    """Load a deployed forest after comparing its hash with its manifest.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.
    spec : str
        ``NAME`` or ``NAME@VERSION``.

    Raises
    ------
    NotFoundError
        If there is no such forest.
    ModelIntegrityError
        If a file differs from the manifest.
    ModelError
        If the manifest or the arrays cannot be used.
    """
    folder = find_forest(models_dir, spec)
    manifest = read_forest_manifest(folder)
    data = read_verified_file(folder, manifest, manifest.prediction_file)
    arrays = _unpacked(data, manifest.model_id)
    forests = {
        one.target.code: DensityForest.from_arrays(
            arrays, one.target, one.features, one.calibration
        )
        for one in manifest.targets
    }
    waters = {code: _waters(arrays, code) for code in forests}
    return DebrisForest(manifest, forests, waters)


def _unpacked(data: bytes, model_id: str) -> dict[str, npt.NDArray[np.generic]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > _MAX_UNPACKED_BYTES:
            raise ModelError(f"the arrays of {model_id} take {size} bytes")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"the arrays of {model_id} cannot be read") from error


def _waters(arrays: Arrays, code: str) -> dict[int, int]:
    cells, rows = arrays.get(f"{code}_cells"), arrays.get(f"{code}_rows")
    if (
        cells is None
        or rows is None
        or cells.dtype != np.uint64
        or rows.dtype != np.int64
        or cells.shape != rows.shape
        or cells.ndim != 1
    ):
        raise ModelError(f"the forest lacks the waters of {code}")
    return dict(zip(cells.tolist(), rows.tolist(), strict=True))
