"""What the Priorities page says in words and in headline figures."""

from typing import TYPE_CHECKING, Any

from dashboard.components.formats import interval, mass, number
from dashboard.components.page import Figure
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.priority_data import Ranking

__all__ = [
    "UNIT",
    "place_name",
    "priority_answer",
    "priority_basis",
    "priority_figures",
]

#: Unit of a priority, as people read it.
UNIT = "kg of average harm"
_KINDS = {
    "entanglement": "entangles animals",
    "ingestion": "is swallowed",
    "smothering": "smothers what lives on the bottom",
    "toxic": "may poison",
}


def place_name(row: "Mapping[Any, Any]") -> str:
    """Position of a place in degrees north and east, as people write it."""
    north, east = ("N", "S")[row["lat"] < 0], ("E", "W")[row["lon"] < 0]
    return f"{abs(row['lat']):.2f}° {north}, {abs(row['lon']):.2f}° {east}"


def priority_answer(ranking: "Ranking", labels: "Mapping[str, str]") -> str:
    """Say what should go first and why, in one sentence."""
    known = ranking.frame.loc[ranking.frame["priority"] > 0.0]
    if known.empty:
        return (
            "Nothing can be put first: no debris was seen in what was searched. The "
            "upper limits in the table say how much there may still be."
        )
    first = known.iloc[0].to_dict()
    what = labels.get(first["top_category"], "debris of unknown kind").lower()
    kilograms = interval(
        first["mass_kg"], first["mass_low_kg"], first["mass_high_kg"], "kg"
    )
    why = f"{number(first['harm'], digits=2)} times average harm"
    if first["top_kind"]:
        why += f": it mostly {_KINDS[first['top_kind']]}"
    where = ""
    if first["top_area"]:
        times = number(first["sensitivity"], digits=2)
        where = f", in **{_plain(first['top_area'])}**, where it counts {times} times"
    kind = "cell" if "h3" in first else f"hotspot {first['place']}"
    return (
        f"The {kind} at **{place_name(first)}** should go first: about {kilograms} "
        f"there, most of its harm from {what} ({why}){where}."
    )


def priority_figures(ranking: "Ranking") -> list[Figure]:
    """Return the headline figures of a ranking."""
    frame = ranking.frame
    worth = frame["priority"].fillna(0.0)
    n_most = _fewest_for_half(worth.tolist())
    inside = frame.loc[frame["sensitivity"] > 1.0]
    most_kg = frame["mass_kg"].fillna(0.0)
    same = int((most_kg.rank(ascending=False, method="first") <= n_most)[:n_most].sum())
    return [
        Figure(
            "Expected mass",
            mass(float(most_kg.sum())),
            f"in {counted(int((worth > 0.0).sum()), 'place')} with debris",
        ),
        Figure(
            "Weighed by harm and place",
            mass(float(worth.sum())),
            "of average harm",
            help="Mass times harm times sensitivity, added up. 1 kg of average harm is "
            "1 kg of debris of the mean category outside every sensitive area.",
        ),
        Figure(
            "Places that hold half of it",
            f"{n_most:,}",
            f"{same:,} of them also lead by mass",
        ),
        Figure(
            "In sensitive areas",
            mass(float(inside["mass_kg"].fillna(0.0).sum())),
            f"{counted(ranking.n_areas, 'area')} in force",
        ),
    ]


def priority_basis(ranking: "Ranking") -> str:
    """Say what the ranking rests on."""
    return (
        f"Priority is mass times harm times sensitivity, in {UNIT}. Harm weights: "
        f"{ranking.version}. Their figures are set by hand within what experts and "
        "strandings tell; nobody measured them. The interval joins that of the mass "
        "with the bounds of the harm."
    )


def _fewest_for_half(worth: list[float]) -> int:
    """How many places, the first ones first, hold half of all."""
    half, held = sum(worth) / 2.0, 0.0
    for n, value in enumerate(sorted(worth, reverse=True), start=1):
        held += value
        if held >= half > 0.0:
            return n
    return 0


def _plain(text: str) -> str:
    return "".join(f"\\{c}" if c in r"\`*_[]<>#$~|:" else c for c in text)
