"""The harm weights that Gyre comes with, and what each rests on.

The papers give an order: which items experts fear most, which items dead animals had
eaten. They give no figures from 0 to 1 for our categories. Where a source is named, it
supports the order; the figure is set by hand within it. Everything else is an
assumption and has wide bounds. ``docs/priorities.md`` shows the table.

References
----------
.. [1] C. Wilcox, N. J. Mallos, G. H. Leonard, A. Rodriguez, B. D. Hardesty, "Using
   expert elicitation to estimate the impacts of plastic pollution on marine wildlife",
   Marine Policy 65 (2016) 107-114.
.. [2] L. Roman, Q. Schuyler, C. Wilcox, B. D. Hardesty, "Plastic pollution is killing
   marine megafauna, but how do we prioritize policies to reduce mortality?",
   Conservation Letters 14 (2021) e12781.
.. [3] L. Roman, B. D. Hardesty, M. A. Hindell, C. Wilcox, "A quantitative analysis
   linking seabird mortality and marine debris ingestion", Scientific Reports 9 (2019)
   3202.
.. [4] J. B. Lamb et al., "Plastic waste associated with disease on coral reefs",
   Science 359 (2018) 460-462.
.. [5] M. J. Donohue, R. C. Boland, C. M. Sramek, G. A. Antonelis, "Derelict fishing
   gear in the Northwestern Hawaiian Islands", Marine Pollution Bulletin 42 (2001)
   1301-1312.
.. [6] Z. Tian et al., "A ubiquitous tire rubber-derived chemical induces acute
   mortality in coho salmon", Science 371 (2021) 185-189.
"""

from core.priorities.weights import HarmWeight, HarmWeights, Importance

__all__ = ["default_weights"]

_EXPERTS = "Wilcox et al. 2016"
_DEATHS = "Roman et al. 2021"
_BIRDS = "Roman et al. 2019"
_FIGURE = "; figure set by hand"
_GUESS = "assumption"

_Row = tuple[float, float, float, str]

#: Value, low, high, source; in the order entanglement, ingestion, smothering, toxic.
_TABLE: dict[str, tuple[_Row, _Row, _Row, _Row]] = {
    "fishing_gear": (
        (1.0, 0.8, 1.0, f"{_EXPERTS}: gear leads the risk of entanglement"),
        (0.6, 0.3, 0.9, f"{_DEATHS}: rope, nets and tackle kill beyond their share"),
        (0.8, 0.4, 1.0, "Donohue et al. 2001: nets on reefs break and cover coral"),
        (0.3, 0.05, 0.7, f"{_GUESS}: as plastic"),
    ),
    "glass": (
        (0.02, 0.0, 0.1, f"{_EXPERTS}: glass bottles among the most benign items"),
        (0.05, 0.0, 0.2, f"{_EXPERTS}: glass bottles among the most benign items"),
        (0.1, 0.0, 0.4, f"{_GUESS}: lies on the sea bed"),
        (0.02, 0.0, 0.1, f"{_GUESS}: inert"),
    ),
    "metal": (
        (0.1, 0.0, 0.4, f"{_GUESS}: few loops to be caught in"),
        (0.2, 0.02, 0.6, f"{_GUESS}: seldom eaten, hooks and lead apart"),
        (0.2, 0.02, 0.6, f"{_GUESS}: lies on the sea bed"),
        (0.2, 0.02, 0.6, f"{_GUESS}: paint, batteries and what drums held"),
    ),
    "other": (
        (0.2, 0.0, 1.0, f"{_GUESS}: may be anything"),
        (0.3, 0.0, 1.0, f"{_GUESS}: may be anything"),
        (0.2, 0.0, 1.0, f"{_GUESS}: may be anything"),
        (0.4, 0.0, 1.0, f"{_GUESS}: may be anything, chemicals too"),
    ),
    "paper_cardboard": (
        (0.02, 0.0, 0.1, f"{_EXPERTS}: paper bags among the most benign items"),
        (0.1, 0.0, 0.3, f"{_EXPERTS}: paper bags among the most benign items"),
        (0.1, 0.0, 0.4, f"{_GUESS}: soon falls apart"),
        (0.1, 0.0, 0.4, f"{_GUESS}: inks and coatings"),
    ),
    "plastic": (
        (0.6, 0.2, 0.9, f"{_EXPERTS}: bags next to gear; bottles and pieces less"),
        (0.9, 0.6, 1.0, f"{_EXPERTS}, {_DEATHS}: bags and sheets kill most"),
        (
            0.6,
            0.3,
            1.0,
            "Lamb et al. 2018: coral that plastic touches is ill far oftener",
        ),
        (0.3, 0.05, 0.7, f"{_GUESS}: additives and what they take up"),
    ),
    "rubber": (
        (0.3, 0.05, 0.7, f"{_EXPERTS}: balloons next to gear; most rubber is none"),
        (0.6, 0.2, 1.0, f"{_BIRDS}: balloons kill most; most rubber is none"),
        (0.3, 0.05, 0.8, f"{_GUESS}: sheets and tyres on the sea bed"),
        (0.4, 0.05, 0.8, f"{_GUESS}: tyre leachate kills salmon (Tian et al. 2021)"),
    ),
    "textile": (
        (0.3, 0.05, 0.7, f"{_GUESS}: between rope and sheet"),
        (0.2, 0.02, 0.6, f"{_GUESS}: seldom named among what animals ate"),
        (0.4, 0.1, 0.8, f"{_GUESS}: covers the sea bed like a sheet"),
        (0.1, 0.0, 0.5, f"{_GUESS}: dyes"),
    ),
    "wood": (
        (0.05, 0.0, 0.3, f"{_GUESS}: little to be caught in"),
        (0.02, 0.0, 0.2, f"{_GUESS}: seldom eaten"),
        (0.2, 0.02, 0.6, f"{_GUESS}: scours where it strands"),
        (0.1, 0.0, 0.5, f"{_GUESS}: some is treated"),
    ),
}
_IMPORTANCE = {
    "entanglement": (1.0, f"{_EXPERTS}: slightly worse than ingestion{_FIGURE}"),
    "ingestion": (0.9, f"{_EXPERTS}: slightly less lethal{_FIGURE}"),
    "smothering": (0.5, f"{_GUESS}: not compared with the others by anyone"),
    "toxic": (0.2, f"{_EXPERTS}: contamination least, not lethal{_FIGURE}"),
}


def default_weights() -> HarmWeights:
    """Return the harm weights that Gyre comes with; nobody measured their figures.

    Examples
    --------
    >>> harm = default_weights().harm()["harm"]
    >>> harm.idxmax(), harm.idxmin()
    ('fishing_gear', 'glass')
    """
    kinds = tuple(_IMPORTANCE)
    return HarmWeights(
        weights={
            code: {
                kind: HarmWeight(value, low, high, _sourced(source))
                for kind, (value, low, high, source) in zip(kinds, rows, strict=True)
            }
            for code, rows in _TABLE.items()
        },
        importance={
            kind: Importance(value, source)
            for kind, (value, source) in _IMPORTANCE.items()
        },
        version="built in",
    )


def _sourced(source: str) -> str:
    """Say that a paper gives the order only."""
    return source if source.startswith(_GUESS) else source + _FIGURE
