"""Litter on European riverbanks, counted by school classes (Plastic Pirates).

References
----------
.. [1] Plastic Pirates - Go Europe!, doi 10.5281/zenodo.15535434. Group A counts all
   litter in circles along lines across the bank, group B sorts what lies on a stretch.
"""

import numpy as np
import pandas as pd

from core.observations._columns import BoolArray, FloatArray
from core.observations.frame import QualityFlag
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading, record_hashes
from core.observations.quantities import ANY_DEBRIS

__all__ = ["RiverbankLitter"]

_SURVEY = "Plastic Pirates riverbanks"
_SOURCE = "Plastic Pirates - Go Europe!"
_CIRCLES, _VARIETY = "RiversideLitterCircles_", "RiversideWasteVariety_"
#: m2 a circle: the table's own averages are totals over 7 m2 a circle (radius 1.5 m).
_CIRCLE_M2 = 7.0
_G_PER_KG = 1000.0
#: Category by the last part of the heading; totals of these are left out.
_CIRCLE_ITEMS = {
    "PaperTotal": "paper_cardboard",
    "CigarettesTotal": "plastic",
    "PlasticTotal": "plastic",
    "MetalTotal": "metal",
    "GlassTotal": "glass",
    "FoodLeftoverTotal": "other",
    "OtherTotal": "other",
}
_VARIETY_ITEMS = {
    "PlasticBags": "plastic",
    "PlasticBottles": "plastic",
    "PlasticLids": "plastic",
    "TakeawayFastFood": "plastic",
    "PlasticCutleryPlates": "plastic",
    "PlasticPackagingSweets": "plastic",
    "CottonBuds": "plastic",
    "WetWipesSanitaryProducts": "plastic",
    "Polystyrene": "plastic",
    "SmallPlasticPieces<2.5cm": "plastic",
    "OtherUnidentifiablePlastic": "plastic",
    "MetalBeverageCans": "metal",
    "BottleCaps": "metal",
    "AluminiumFoil": "metal",
    "OtherUnidentifiableMetal": "metal",
    "GlassBottles": "glass",
    "GlassPieces": "glass",
    "OtherUnidentifiableGlass": "glass",
    "CigaretteButts": "plastic",
    "Paper": "paper_cardboard",
    "Textiles": "textile",
    "Rubber": "rubber",
    "Balloons": "rubber",
    "OtherUnidentifiableWaste": "other",
    "LocalWaste": "other",
}
_WHY = {
    "Dataset": "DatasetReasonDisqualified",
    _CIRCLES: f"{_CIRCLES}DisqualifiedReason",
    _VARIETY: f"{_VARIETY}DisqualifiedReason",
}
_WEIGHTS = ("WeightAllWasteKG", "WeightPlasticWasteKG")


class RiverbankLitter(TableProfile):
    """One sampling a row, with two methods of its own areas.

    What the experts did not accept is kept with flag fail, and what they did not judge
    with flag not evaluated. Weights nobody verified; the weight of all waste is kept as
    a measurement, the plastic in it in the table ``weights``.
    """

    name = "plastic-pirates-riverbanks"
    title = "Riverbank litter (Plastic Pirates)"
    required = (
        "DatasetID",
        "DatasetQualified",
        "SamplingDate",
        "SamplingCoordinatesLatitude",
        "SamplingCoordinatesLongitude",
        f"{_CIRCLES}Results_OverallTotal",
        f"{_VARIETY}Results_TotalNumber(incl.SUP)",
        f"{_VARIETY}Results_LengthOfRiverbankSearchedM",
    )

    def fill(self, reading: Reading) -> None:
        """Take items in circles, items on the stretch, and its weight."""
        common = pd.DataFrame(
            {
                "survey": _SURVEY,
                "lat": reading.numbers(
                    "SamplingCoordinatesLatitude", "lat", required=True
                ),
                "lon": reading.numbers(
                    "SamplingCoordinatesLongitude", "lon", required=True
                ),
                "observed_at": reading.texts("SamplingDate", "observed_at"),
                "medium": "river_bank",
                "source": _SOURCE,
                "event": _names(reading),
            }
        )
        flag, note = _judged(reading, "Dataset")
        circles_m2, is_doubtful = _area_m2(reading)
        length_m = reading.numbers(
            f"{_VARIETY}Results_LengthOfRiverbankSearchedM", "effort (items_per_100m)"
        )
        length_m = np.where(length_m > 0, length_m, np.nan)
        circles = _part(reading, common, _CIRCLES, "circles", flag, note)
        stretch = _part(reading, common, _VARIETY, "stretch", flag, note)
        _add_items(
            reading,
            _doubted(circles, is_doubtful).assign(
                quantity="items_per_m2", effort=circles_m2
            ),
            _CIRCLES,
            _CIRCLE_ITEMS,
        )
        _add_items(
            reading,
            stretch.assign(quantity="items_per_100m", effort=length_m),
            _VARIETY,
            _VARIETY_ITEMS,
        )
        _add_weights(reading, stretch, length_m)


def _names(reading: Reading) -> list[str]:
    """Numbers of the samplings; two numbers were given twice."""
    ids = reading.texts("DatasetID", "event")
    twice = pd.Series(ids).duplicated(keep=False).to_numpy(dtype=bool)
    hashes = record_hashes(reading.table.frame)
    reading.read_as(twice, "DatasetID", ids, "number given to two samplings")
    return [
        f"{name} ({mark})" if again else name
        for name, mark, again in zip(ids, hashes, twice, strict=True)
    ]


def _judged(reading: Reading, part: str) -> tuple[FloatArray, list[str]]:
    """Flag and note of the experts' judgement of a part of each sampling."""
    heading = f"{part}Qualified"
    accepted = reading.numbers(heading, "quality_flag" if part == "Dataset" else "")
    why = reading.texts(_WHY[part])
    flag = np.select(
        [accepted == 1, accepted == 0],
        [float(QualityFlag.GOOD), float(QualityFlag.FAIL)],
        float(QualityFlag.NOT_EVALUATED),
    )
    note = [
        f"not accepted by the experts: {text[:150] or 'no reason given'}" if no else ""
        for text, no in zip(why, accepted == 0, strict=True)
    ]
    return flag, note


def _part(
    reading: Reading,
    common: pd.DataFrame,
    part: str,
    label: str,
    flag: FloatArray,
    note: list[str],
) -> pd.DataFrame:
    """Columns of one method; the worse of its judgement and the whole set's counts."""
    own_flag, own_note = _judged(reading, part)
    rejected = (flag == QualityFlag.FAIL) | (own_flag == QualityFlag.FAIL)
    reading.notes[f"not_accepted_{label}"] += int(rejected.sum())
    notes = [own or whole for own, whole in zip(own_note, note, strict=True)]
    return common.assign(
        method=f"riverbank {label}",
        quality_flag=np.maximum(flag, own_flag).astype(np.int64),
        note=notes,
    )


def _doubted(block: pd.DataFrame, mask: BoolArray) -> pd.DataFrame:
    """Raise the flag of one method's rows, not of the whole sampling."""
    raised = np.where(mask, int(QualityFlag.SUSPECT), 0)
    return block.assign(quality_flag=np.maximum(block["quality_flag"], raised))


def _area_m2(reading: Reading) -> tuple[FloatArray, BoolArray]:
    """Area of the circles, and where the table's own average says another."""
    circles = reading.numbers(
        f"{_CIRCLES}Results_NumberOfStationsSampled", "effort (items_per_m2)"
    )
    area_m2 = np.where(circles > 0, circles * _CIRCLE_M2, np.nan)
    total = reading.numbers(f"{_CIRCLES}Results_OverallTotal")
    average = reading.numbers(f"{_CIRCLES}Results_AveragePerM2")
    another = np.abs(total / area_m2 - average) > 0.05 * average + 0.01
    reading.read_as(
        another,
        f"{_CIRCLES}Results_AveragePerM2",
        [f"{v:g}" for v in average.tolist()],
        lambda i: f"{total[i]:g} items in {area_m2[i]:g} m2 are another average",
    )
    return area_m2, another


def _add_items(
    reading: Reading, base: pd.DataFrame, part: str, items: dict[str, str]
) -> None:
    """Add what was found; a sampling that found nothing is one row of count 0."""
    counts = np.column_stack(
        [reading.numbers(f"{part}Results_{name}") for name in items]
    )
    at, column = np.nonzero(np.nan_to_num(counts) > 0)
    reading.add_measurements(
        at,
        **base.iloc[at].reset_index(drop=True),
        category=np.array(list(items.values()), dtype=object)[column],
        item_list="Plastic Pirates",
        item_code=np.array(list(items), dtype=object)[column],
        count=counts[at, column],
    )
    looked = np.isfinite(counts).any(axis=1)
    empty = np.flatnonzero(looked & ~(np.nan_to_num(counts) > 0).any(axis=1))
    reading.notes["samplings_without_items"] += len(empty)
    reading.add_measurements(
        empty, **base.iloc[empty].reset_index(drop=True), category=ANY_DEBRIS, count=0
    )
    reading.totals[f"items ({base['method'].iloc[0]})"] = float(np.nansum(counts))


def _add_weights(reading: Reading, stretch: pd.DataFrame, length_m: FloatArray) -> None:
    """Add the weight of all waste, which nobody verified."""
    weights = {n: reading.numbers(f"{_VARIETY}Results_{n}") for n in _WEIGHTS}
    whole_kg, plastic_kg = weights.values()
    reading.read_as(
        plastic_kg > whole_kg,
        f"{_VARIETY}Results_WeightPlasticWasteKG",
        [f"{v:g}" for v in plastic_kg.tolist()],
        lambda i: f"more than all waste, {whole_kg[i]:g} kg",
    )
    known = np.flatnonzero(np.isfinite(whole_kg))
    block = _doubted(stretch, plastic_kg > whole_kg).iloc[known]
    block = block.reset_index(drop=True)
    unverified = int(QualityFlag.NOT_EVALUATED)
    reading.add_measurements(
        known,
        **block.assign(
            quality_flag=np.maximum(block["quality_flag"], unverified),
            note=[f"{text}; weight not verified".strip("; ") for text in block["note"]],
        ),
        quantity="grams_per_100m",
        category=ANY_DEBRIS,
        count=whole_kg[known] * _G_PER_KG,
        effort=length_m[known],
    )
    width_m = reading.numbers(f"{_VARIETY}Results_WidthOfRiverbankSearchedM")
    kept = pd.DataFrame({"event": stretch["event"], **weights})
    kept = kept.assign(length_m=length_m, width_m=width_m)
    reading.keep_table("weights", kept, aside=True)
