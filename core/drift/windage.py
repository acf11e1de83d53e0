"""How much of the wind debris takes up, a figure a category, and where it comes from.

Windage is the share of the 10 m wind that is added to the current. Field figures
("leeway") were measured as the motion relative to the water in wind *and* waves, so
they hold the Stokes drift of the waves already. Where a Stokes drift field is given as
well, :meth:`Windage.beside_stokes` takes that part out again:

    factor beside Stokes = max(0, factor - STOKES_SHARE_OF_WIND)

``STOKES_SHARE_OF_WIND`` is 0.013: Ardhuin et al. [3]_ find a surface Stokes drift of
0.6 to 1.3 % of the wind speed, and the customary pair of factors for surface drift,
3.3 % with the Stokes drift in it and 2.0 % beside it [4]_, differs by the same 1.3 %.

References
----------
.. [1] A. A. Allen, J. V. Plourde, "Review of leeway: field experiments and
   implementation", US Coast Guard report CG-D-08-99 (1999); slopes as in the table
   that O. Breivik keeps for the leeway model.
.. [2] O. Breivik, A. A. Allen, "An operational search and rescue model for the
   Norwegian Sea and the North Sea", J. Marine Systems 69 (2008) 99-113: downwind and
   crosswind leeway, members left and right of the wind at even odds.
.. [3] F. Ardhuin et al., "Observation and estimation of Lagrangian, Stokes, and
   Eulerian currents induced by wind and waves at the sea surface", J. Phys. Oceanogr.
   39 (2009) 2820-2838.
.. [4] OpenDrift, gallery example "Retrieving wind drift factor from trajectory".
.. [5] T. J. W. Wagner et al., "How winds and ocean currents influence the drift of
   floating objects", J. Phys. Oceanogr. 52 (2022): most floating objects near 3 % of
   the wind, sqrt(air density / water density).
"""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import atan2, degrees, isfinite

from core.errors import InputError, NotFoundError

__all__ = [
    "STOKES_SHARE_OF_WIND",
    "UNKNOWN",
    "WINDAGE",
    "Windage",
    "is_known_category",
    "windage_code",
    "windage_of",
]

#: Surface Stokes drift as a share of the 10 m wind; see the module's text.
STOKES_SHARE_OF_WIND = 0.013
#: Category of debris that nobody named; its bracket spans every floating thing.
UNKNOWN = "unknown"
#: A windage beyond this is a typing error: 15 for 15 %.
_MAX_FACTOR = 0.2
_MAX_ANGLE_DEG = 90.0


@dataclass(frozen=True, kw_only=True)
class Windage:
    """What share of the wind a kind of debris takes up.

    Attributes
    ----------
    category : str
        Kind of debris.
    factor, low, high : float
        Share of the 10 m wind, and the bracket that ensemble members are drawn from.
    deflection_deg : float
        Mean angle of the wind-driven motion, positive to the left of the wind.
    divergence_deg : float
        Angle that a member goes to the left or the right of that mean, at even odds.
    includes_stokes : bool
        Whether the factor holds the Stokes drift of the waves.
    source : str
        Where the figures come from; starts with ``assumption`` if nobody measured.
    """

    category: str
    factor: float
    low: float
    high: float
    deflection_deg: float = 0.0
    divergence_deg: float = 0.0
    includes_stokes: bool = True
    source: str

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.factor <= self.high <= _MAX_FACTOR:
            raise InputError(
                f"windage must rise from low to high within 0 to {_MAX_FACTOR:g} (a "
                f"share, not per cent), got {self.low}, {self.factor}, {self.high} "
                f"(category {self.category})"
            )
        for name in ("deflection_deg", "divergence_deg"):
            angle = getattr(self, name)
            if not (isfinite(angle) and abs(angle) <= _MAX_ANGLE_DEG):
                raise InputError(
                    f"{name} {angle} outside -90 to 90 (category {self.category})"
                )

    @property
    def is_assumed(self) -> bool:
        """Whether the figures were assumed, not measured."""
        return self.source.startswith("assumption")

    def beside_stokes(self) -> "Windage":
        """Return the windage to use where the Stokes drift is given as a field.

        A factor that holds the Stokes drift is lowered by ``STOKES_SHARE_OF_WIND``, at
        most to zero; one that does not stays as it is.
        """
        if not self.includes_stokes:
            return self
        return replace(
            self,
            factor=max(0.0, self.factor - STOKES_SHARE_OF_WIND),
            low=max(0.0, self.low - STOKES_SHARE_OF_WIND),
            high=max(0.0, self.high - STOKES_SHARE_OF_WIND),
            includes_stokes=False,
        )


def _leeway_angle_deg(*, downwind: float, crosswind: float) -> float:
    """Angle off the wind from the two slopes of the leeway table, degrees."""
    return round(degrees(atan2(crosswind, downwind)), 1)


_TABLE = "Allen and Plourde 1999, leeway table"
_RANGE = "assumption: range in common use in debris drift models"

_ROWS: tuple[Windage, ...] = (
    # Vials: downwind slope 3.64 %, small ones 2.95 %, large ones 4.34 %; across 0.67 %.
    Windage(
        category="bottle",
        factor=0.0364,
        low=0.0295,
        high=0.0434,
        divergence_deg=_leeway_angle_deg(downwind=3.64, crosswind=0.67),
        source=f"{_TABLE}: closed vials (small to large) stand in for bottles",
    ),
    Windage(
        category="film",
        factor=0.01,
        low=0.0,
        high=0.02,
        source=f"{_RANGE}: lies in the water with little above it",
    ),
    Windage(
        category="net",
        factor=0.005,
        low=0.0,
        high=0.01,
        source=f"{_RANGE}: submerged nets and rope 0 to 1 %",
    ),
    # Fishing vessel debris, downwind slope 1.97 %, crosswind 0.36 %; the bracket is
    # that of typical floating objects.
    Windage(
        category="wood",
        factor=0.0197,
        low=0.01,
        high=0.03,
        divergence_deg=_leeway_angle_deg(downwind=1.97, crosswind=0.36),
        source=f"{_TABLE}: fishing vessel debris; bracket is an assumption",
    ),
    Windage(
        category="foam",
        factor=0.045,
        low=0.03,
        high=0.06,
        source=f"{_RANGE}: foam and empty drums up to 4 to 6 %",
    ),
    # Low: a 55-gallon drum afloat half filled, slope 0.75 %; high: empty ones.
    Windage(
        category="buoy",
        factor=0.03,
        low=0.0075,
        high=0.06,
        source=f"assumption: from a filled oil drum ({_TABLE}, 0.75 %) to an empty one",
    ),
    # Sewage floatables and syringes 1.79 %; medical waste as a whole 2.75 %.
    Windage(
        category="plastic",
        factor=0.0225,
        low=0.01,
        high=0.0364,
        divergence_deg=_leeway_angle_deg(downwind=2.75, crosswind=0.50),
        source=f"assumption: between small floatables ({_TABLE}, 1.79 %) and medical "
        "waste (2.75 %)",
    ),
    Windage(
        category="fishing_gear",
        factor=0.008,
        low=0.0,
        high=0.02,
        source=f"{_RANGE}: nets and rope 0 to 1 %, with floats up to 2 %",
    ),
    Windage(
        category="glass",
        factor=0.0364,
        low=0.0295,
        high=0.0434,
        divergence_deg=_leeway_angle_deg(downwind=3.64, crosswind=0.67),
        source=f"{_TABLE}: closed vials; glass floats only as a closed bottle",
    ),
    Windage(
        category="metal",
        factor=0.02,
        low=0.0075,
        high=0.04,
        source=f"assumption: filled oil drum ({_TABLE}, 0.75 %) to empty can",
    ),
    Windage(
        category="paper_cardboard",
        factor=0.01,
        low=0.0,
        high=0.02,
        source="assumption: soaked, lies in the water like film",
    ),
    Windage(
        category="rubber",
        factor=0.015,
        low=0.005,
        high=0.03,
        source="assumption: floats low, glove to tyre",
    ),
    Windage(
        category="textile",
        factor=0.005,
        low=0.0,
        high=0.01,
        source="assumption: soaked, drifts like a net",
    ),
    # Wagner et al. give 3 % for floating objects in general; the bracket adds the
    # submerged (0) and the high-floating (6 %).
    Windage(
        category=UNKNOWN,
        factor=0.02,
        low=0.0,
        high=0.05,
        source="assumption: 2 % as is usual for debris of unknown kind, wide bracket",
    ),
)

#: Windage of every category, by its code.
WINDAGE: dict[str, Windage] = {row.category: row for row in _ROWS}

#: Other words for the categories, as seeds files use them.
_ALIASES = {
    "": UNKNOWN,
    "bag": "film",
    "barrel": "buoy",
    "bottles": "bottle",
    "driftwood": "wood",
    "drum": "buoy",
    "fishing_net": "net",
    "float": "buoy",
    "foamed_plastic": "foam",
    "ghost_net": "net",
    "nets": "net",
    "other": UNKNOWN,
    "plastic_bag": "film",
    "plastic_bottle": "bottle",
    "polystyrene": "foam",
    "rope": "net",
    "sheet": "film",
    "styrofoam": "foam",
    "timber": "wood",
}


def windage_code(category: str) -> str:
    """Bring a category's name into the form of the table's codes.

    Examples
    --------
    >>> windage_code(" Plastic bottle ")
    'bottle'
    """
    code = "_".join(category.strip().lower().replace("-", " ").split())
    return _ALIASES.get(code, code)


def is_known_category(category: str) -> bool:
    """Whether the table has a row for a category, or a name that means one."""
    return windage_code(category) in WINDAGE


def windage_of(category: str) -> Windage:
    """Look up the windage of a category; an empty name means unknown debris.

    Raises
    ------
    NotFoundError
        If the table has no such category.

    Examples
    --------
    >>> windage_of("net").factor
    0.005
    """
    row = WINDAGE.get(windage_code(category))
    if row is None:
        close = get_close_matches(windage_code(category), WINDAGE, n=1)
        meant = f"; closest is {close[0]}" if close else ""
        raise NotFoundError(
            f"no windage for category {category[:40]!r}{meant}; known: "
            f"{', '.join(sorted(WINDAGE))}"
        )
    return row
