"""A small table of made-up tows in a published layout, and a forest trained on it."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from core.distribution import ForestOptions, load_forest, train_forest

HEAD = (
    "Latitude,Longitude,Month,Day,Year,Sea State (Beaufort Scale),Source,Mesh Size,"
    "Count/km^2 .335-.999 mm,Count/km^2 1.00-4.75 mm,Count/km^2 4.75-200 mm,"
    "Count/km^2 >200 mm,Total pieces/km^2,g/km^2 .335-.999 mm,g/km^2 1.00-4.75 mm,"
    "g/km^2 4.75-200 mm,g/km^2 >200 mm,Total Weight"
)
OPTIONS = ForestOptions(n_trees=4, n_trees_judged=3, n_draws=5)


def write_table(folder: Path, n: int = 240, seed: int = 3) -> Path:
    """Tows and watches: much debris north of 0, little south of it."""
    rng = np.random.default_rng(seed)
    rows = [HEAD]
    for i in range(n):
        lat, lon = rng.uniform(-55, 55), rng.uniform(-179, 179)
        day, month, year = 1 + i % 28, 1 + i % 12, 2001 + i % 12
        many = rng.lognormal(5.0 if lat > 0 else 1.0, 0.4)
        place = f"{lat:.3f},{lon:.3f},{month},{day},{year},3,Made up"
        if i % 2:
            parts = [many, 2 * many, 3 * many]
            counts = ",".join(f"{x:.2f}" for x in parts)
            grams = ",".join(f"{x / 10:.2f}" for x in parts)
            total = 6 * many
            rows.append(f"{place},335um,{counts},,{total:.2f},{grams},,{total / 10}")
        else:
            big = 0.0 if rng.random() < 0.3 else many / 20
            rows.append(
                f"{place},>200mm,,,,{big:.4f},{big:.4f},,,,{big * 90},{big * 90}"
            )
    path = folder / "eriksen2014_trawls_and_visual.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="session")
def tables_dir(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    write_table(folder)
    return folder


@pytest.fixture(scope="session")
def trained_dir(tmp_path_factory, tables_dir) -> Path:
    """Folder of deployed models with debris_forest@1; copy it before changing it."""
    folder = tmp_path_factory.mktemp("models")
    train_forest(tables_dir, version=1, models_dir=folder, options=OPTIONS)
    return folder


@pytest.fixture(scope="session")
def forest(trained_dir):
    return load_forest(trained_dir)
