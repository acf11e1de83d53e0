"""What the simulated sea is made of: figures with a source, and assumptions.

References
----------
.. [1] G. Suaria, S. Aliani, "Floating debris in the Mediterranean Sea", Marine
   Pollution Bulletin 86 (2014) 494-504: 78 % of sighted objects man-made, of which
   95.6 % plastic or foam.
.. [2] L. Lebreton et al., "Evidence that the Great Pacific Garbage Patch is rapidly
   accumulating plastic", Scientific Reports 8 (2018) 4666; data on figshare 5873142
   (CC BY 4.0). Of 7,546 plastic items over 10 cm in the trawls 3,055 were nets, ropes
   and lines. Log of the mid weight of objects seen from the air: standard deviation
   1.46 for 291 bundled nets, 0.76 for 803 unnamed objects. Items of 5 to 50 cm: 686
   a km2 on average.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.observations import category
from core.simulation.render import RENDER_KINDS

__all__ = ["ITEM_KINDS", "ItemKind", "item_shares", "item_weights_kg"]

#: Share of man-made objects among all seen, and of plastic among these [1]_.
MAN_MADE_SHARE = 0.78
PLASTIC_SHARE = 0.956
#: Nets, ropes and lines among plastic items over 10 cm [2]_.
FISHING_GEAR_SHARE = 3055 / 7546
#: Assumption: as many bottles as bags; as much driftwood as weed among natural objects.
HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class ItemKind:
    """A kind of floating item.

    Attributes
    ----------
    name : str
        A key of ``RENDER_KINDS``.
    share : float
        Share among all floating items.
    log_spread : float
        Standard deviation of the natural logarithm of the mass.
    spread_source : str
        Where ``log_spread`` comes from.
    """

    name: str
    share: float
    log_spread: float
    spread_source: str

    @property
    def category(self) -> str:
        """Photo category of the kind."""
        return RENDER_KINDS[self.name]

    @property
    def mean_mass_kg(self) -> float:
        """Mean mass of an item: the figure of its litter category; weed 0.5 kg.

        The same means stand behind every estimate in Gyre, so an estimate is judged
        on counts, effort and patchiness, not on a hidden difference in weights.
        """
        if self.name == "seaweed":
            return 0.5  # assumption; biota is never counted as debris mass
        return category(self.category).item_mass_kg


_LEBRETON = "Lebreton et al. 2018"
_ASSUMED = "assumption"
_PLASTIC = MAN_MADE_SHARE * PLASTIC_SHARE * (1.0 - FISHING_GEAR_SHARE)

#: Every kind that can float, in the order of their numbers in a field.
ITEM_KINDS: tuple[ItemKind, ...] = (
    ItemKind(
        name="bottle", share=_PLASTIC * HALF, log_spread=0.76, spread_source=_LEBRETON
    ),
    ItemKind(
        name="bag", share=_PLASTIC * HALF, log_spread=0.76, spread_source=_LEBRETON
    ),
    ItemKind(
        name="net",
        share=MAN_MADE_SHARE * PLASTIC_SHARE * FISHING_GEAR_SHARE,
        log_spread=1.46,
        spread_source=_LEBRETON,
    ),
    ItemKind(
        name="can",
        share=MAN_MADE_SHARE * (1.0 - PLASTIC_SHARE),
        log_spread=0.5,
        spread_source=_ASSUMED,
    ),
    ItemKind(
        name="driftwood",
        share=(1.0 - MAN_MADE_SHARE) * HALF,
        log_spread=1.0,
        spread_source=_ASSUMED,
    ),
    ItemKind(
        name="seaweed",
        share=(1.0 - MAN_MADE_SHARE) * HALF,
        log_spread=0.8,
        spread_source=_ASSUMED,
    ),
)


def item_shares() -> npt.NDArray[np.float64]:
    """Shares of the kinds; they add up to one."""
    return np.array([kind.share for kind in ITEM_KINDS])


def item_weights_kg(
    kinds: npt.NDArray[np.integer], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Draw a log-normal mass for each item, with the mean of its kind."""
    mean = np.array([kind.mean_mass_kg for kind in ITEM_KINDS])[kinds]
    spread = np.array([kind.log_spread for kind in ITEM_KINDS])[kinds]
    return np.asarray(
        np.exp(
            np.log(mean) - spread**2 / 2.0 + spread * rng.standard_normal(len(kinds))
        )
    )
