"""What the forests predict: four quantities, never mixed.

Each is one quantity of one way of looking. Pieces caught by a net and things seen from
a deck differ by four powers of ten; neither says anything about the other's unit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import NotFoundError

__all__ = ["TARGETS", "Target", "target"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Target:
    """One quantity with its classes.

    Attributes
    ----------
    code, label : str
        Name in files, and for people.
    quantity, unit : str
        As in :data:`core.observations.QUANTITIES`.
    bounds : tuple of float
        Lower bounds of the classes above zero: class 0 is none found, class k holds
        values from ``bounds[k - 1]`` to below ``bounds[k]``. The first is 0, exclusive.
    class_labels : tuple of str
        Names of the classes, none first.
    mesh_mm : float
        Smallest debris a prediction is for unless said otherwise.
    """

    code: str
    label: str
    quantity: str
    unit: str
    bounds: tuple[float, ...]
    class_labels: tuple[str, ...]
    mesh_mm: float

    @property
    def n_classes(self) -> int:
        """Number of classes, none included."""
        return len(self.bounds) + 1

    def classes_of(self, values: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Class of each value; values of zero or more."""
        found = np.asarray(values, dtype=np.float64)
        above = np.searchsorted(np.asarray(self.bounds[1:]), found, side="right") + 1
        return np.where(found > 0.0, above, 0).astype(np.int64)


TARGETS: tuple[Target, ...] = (
    Target(
        code="pieces_net",
        label="Pieces in surface nets",
        quantity="items_per_km2",
        unit="items/km²",
        bounds=(0.0, 1e3, 1e4, 1e5),
        class_labels=("none", "below 1,000", "1,000-10,000", "10,000-1e5", "over 1e5"),
        mesh_mm=0.333,
    ),
    Target(
        code="mass_net",
        label="Mass in surface nets",
        quantity="grams_per_km2",
        unit="g/km²",
        bounds=(0.0, 10.0, 100.0, 1000.0),
        class_labels=("none", "below 10", "10-100", "100-1,000", "over 1,000"),
        mesh_mm=0.333,
    ),
    Target(
        code="pieces_large",
        label="Things over 200 mm seen",
        quantity="items_per_km2",
        unit="items/km²",
        bounds=(0.0, 1.0, 10.0),
        class_labels=("none", "below 1", "1-10", "over 10"),
        mesh_mm=200.0,
    ),
    Target(
        code="mass_large",
        label="Mass of things over 200 mm seen",
        quantity="grams_per_km2",
        unit="g/km²",
        bounds=(0.0, 100.0, 1000.0),
        class_labels=("none", "below 100", "100-1,000", "over 1,000"),
        mesh_mm=200.0,
    ),
)
_BY_CODE = {one.code: one for one in TARGETS}


def target(code: str) -> Target:
    """Return the target with a code.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    try:
        return _BY_CODE[code]
    except KeyError:
        known = ", ".join(_BY_CODE)
        raise NotFoundError(f"no target {code[:60]!r}; known: {known}") from None
