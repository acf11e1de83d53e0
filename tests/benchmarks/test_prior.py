"""The benchmark of the forest where the tables are absent, and its rows."""

import pytest

from benchmarks import prior


def test_without_the_tables_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(prior, "_TABLES", tmp_path / "nowhere")
    (row,) = prior.run()
    assert "are not here" in row["note"]


def test_every_figure_has_its_interval():
    entry = {"value": 0.1, "low": 0.05, "high": 0.2}
    none = {"value": None, "low": None, "high": None}
    names = ("rps", "macro_f1", "r2", "mae", "coverage")
    scores = {"forest": dict.fromkeys(names, entry) | {"r2": none}}
    rows = prior._figures("x", {"region": {"n": 7, "scores": scores}})
    assert [row["measure"].rpartition(" ")[2] for row in rows] == [
        "rps", "macro_f1", "mae", "coverage",
    ]  # fmt: skip
    assert all("0.050 to 0.200, n=7" in row["note"] for row in rows)


@pytest.mark.skipif(not prior._MODEL.is_file(), reason="the tables are not here")
def test_the_published_model_is_read_at_its_nodes():
    import pandas as pd

    places = pd.DataFrame({"lat": [35.0, -60.0], "lon": [-140.0, 20.0]})
    patch, south = prior._published_model(places)
    assert patch > south
