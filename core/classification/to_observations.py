"""Classified photos as observations: debris counts one, a clean scene is a zero.

Where single objects were counted, a photo gives a row a category with its count.
"""

from typing import TYPE_CHECKING

from core.classification.results import FOREIGN_REASON, LOW_CONFIDENCE, REJECTED
from core.errors import ObservationError

if TYPE_CHECKING:
    import pandas as pd

    from core.observations import Checked

__all__ = ["photo_observations"]


def photo_observations(
    results: "pd.DataFrame",
    *,
    survey: str,
    effort_km2: "float | pd.Series | None" = None,
    simulated: bool = False,
) -> "Checked":
    """Turn classified photos into observations.

    A photo of debris counts one item of its category; a photo of biota or of a clean
    scene counts zero. Doubtful predictions and doubtful positions get the quality
    flag for suspect. A photo unlike those the model knows counts as nothing before a
    person has looked. Repeated files count once.

    Parameters
    ----------
    results : DataFrame
        From `core.classification.results_frame`, or a table of the same columns. With
        a column ``count`` a photo may have several rows, one a category.
    survey : str
        Name of the survey.
    effort_km2 : float or Series, optional
        Sea area that one photo shows; unknown if not given.
    simulated : bool, default False
        The photos were painted, not taken.

    Returns
    -------
    Checked
        ``accepted`` is the observation frame. ``rejected`` names, by row of
        ``results`` from 1, each photo left out for want of a position or a time, or
        for a value that cannot be true; refused photos (which carry their own
        reason) are not repeated there. Repeated files are in ``repeated``.

    Raises
    ------
    ObservationError
        If a column is missing.
    """
    import numpy as np
    import pandas as pd

    from core.observations import (
        DEBRIS_CODES,
        QualityFlag,
        Rejection,
        make_observations,
    )

    needed = ("file", "status", "category", "confidence", "taken_at", "lat", "lon")
    if missing := [name for name in (*needed, "sha256") if name not in results]:
        raise ObservationError(f"classified photos lack columns {', '.join(missing)}")
    table = results.reset_index(drop=True).assign(row=np.arange(1, len(results) + 1))
    if isinstance(effort_km2, pd.Series):
        effort = effort_km2.reset_index(drop=True)
    else:
        effort = pd.Series(
            np.nan if effort_km2 is None else float(effort_km2), index=table.index
        )
    table["effort_km2"] = effort
    table = table[table["status"] != REJECTED]
    is_counted = "count" in table
    repeats = table.duplicated(["sha256", "category"] if is_counted else "sha256")
    left_out: list[Rejection] = []
    usable = ~repeats
    if "is_foreign" in table:
        foreign = usable & table["is_foreign"].astype("bool")
        left_out += [
            Rejection(int(row), "category", "", f"{FOREIGN_REASON}: {file}")
            for row, file in zip(
                table.loc[foreign, "row"], table.loc[foreign, "file"], strict=True
            )
        ]
        usable &= ~foreign
    for name, what in (("lat", "position"), ("lon", "position"), ("taken_at", "time")):
        lacking = usable & table[name].isna()
        left_out += [
            Rejection(int(row), name, "", f"the photo has no {what}: {file}")
            for row, file in zip(
                table.loc[lacking, "row"], table.loc[lacking, "file"], strict=True
            )
        ]
        usable &= ~lacking
    kept = table[usable]
    doubtful = kept["status"] == LOW_CONFIDENCE
    if "position_is_doubtful" in kept:
        doubtful |= kept["position_is_doubtful"].astype("bool")
    counts = kept["count"] if is_counted else kept["category"].isin(DEBRIS_CODES)
    raw = pd.DataFrame(
        {
            "survey": survey,
            "lat": kept["lat"],
            "lon": kept["lon"],
            "observed_at": kept["taken_at"],
            "category": kept["category"],
            "count": counts.astype("int64"),
            "effort_km2": kept["effort_km2"],
            "quality_flag": np.where(
                doubtful, int(QualityFlag.SUSPECT), int(QualityFlag.GOOD)
            ),
            "source": "photo",
            "photo_sha256": kept["sha256"],
            "model": kept.get("model", ""),
            "confidence": kept["confidence"],
            "simulated": simulated,
        }
    )
    checked = make_observations(raw, rows=kept["row"].tolist())
    again = tuple(
        Rejection(int(row), "sha256", "", f"the same photo as an earlier row: {file}")
        for row, file in zip(
            table.loc[repeats, "row"], table.loc[repeats, "file"], strict=True
        )
    )
    return type(checked)(
        accepted=checked.accepted,
        rejected=tuple(
            sorted((*left_out, *checked.rejected), key=lambda item: item.row)
        ),
        doubts=checked.doubts,
        repeated=(*again, *checked.repeated),
        n_rows=len(results),
        notes=checked.notes,
        mapping=checked.mapping,
    )
