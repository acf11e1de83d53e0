"""Mean tracks of a drift forecast, and the names people know its seeds by."""

from typing import TYPE_CHECKING

from dashboard.components.drift_words import seed_name

if TYPE_CHECKING:
    import pandas as pd

    from core.forecasts import Forecast

__all__ = ["mean_tracks", "seed_names"]


def seed_names(opened: "Forecast") -> dict[int, str]:
    """Names by seed; those given twice are told apart by their number."""
    names = {int(seed["seed"]): seed_name(seed) for seed in opened.summary["seeds"]}
    given = list(names.values())
    return {
        seed: f"{name} ({seed + 1})" if given.count(name) > 1 else name
        for seed, name in names.items()
    }


def mean_tracks(opened: "Forecast", names: dict[int, str]) -> "pd.DataFrame":
    """Mean position of the members still inside, by seed and hour.

    Returns
    -------
    DataFrame
        ``seed`` (its name), ``hour, lat, lon``, from the start on.
    """
    frame = opened.frame
    inside = frame[(frame["status"].astype(str) != "out_of_domain")]
    first = opened.seeds.set_index("seed")["lon"]
    near = inside["seed"].map(first)
    turned = near + (inside["lon"] - near + 180.0) % 360.0 - 180.0
    means = (
        inside.assign(lon=turned)
        .groupby(["seed", "hour"], as_index=False)[["lat", "lon"]]
        .mean()
    )
    order = means["hour"].abs().sort_values(kind="stable").index
    return means.loc[order].assign(seed=means["seed"].map(names))
