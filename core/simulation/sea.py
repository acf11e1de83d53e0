"""The whole simulated sea: truth, current, surveys, fleet, past trips."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import pandas as pd

from core.errors import InputError
from core.simulation.current import DoubleGyre
from core.simulation.field import Area, DebrisField, scatter_debris
from core.simulation.fleet import (
    DEMO_PORTS,
    DEMO_VESSELS,
    SimulatedPort,
    SimulatedVessel,
)
from core.simulation.flights import (
    FIRST_PHOTO_SEED,
    SurveyFlight,
    deck_counts,
    fly_survey,
)
from core.simulation.hauls import sail_hauls
from core.simulation.wind import TradeWind

__all__ = ["DEMO_AREA", "DEMO_SEED", "REFERENCE_AT", "SimulatedSea", "simulate_sea"]

#: Open ocean north-east of Oahu, where trade winds and the currents around the islands
#: bring debris from the garbage patch; the way from Honolulu goes round Oahu.
DEMO_AREA = Area(south=22.0, west=-157.2, width_km=90.0, height_km=50.0)
#: Hour 0 of the truth; the surveys follow within a day and a half.
REFERENCE_AT = datetime(2026, 9, 15, 18, 0, tzinfo=UTC)
#: Twelve weeks of trips end the Sunday before the surveys.
FIRST_MONDAY = datetime(2026, 6, 22, tzinfo=UTC)
WEEKS = 12
#: Of the size of a mean surface current north of the islands (assumption).
PEAK_CURRENT_M_S = 0.1
DEMO_WIND = TradeWind()
#: A sea whose photos hold every kind that can be painted.
DEMO_SEED = 6
_PHOTOS_PER_SEED = 1_000


@dataclass(frozen=True)
class SimulatedSea:
    """A sea whose truth is known; everything in it is simulated.

    Attributes
    ----------
    seed : int
        What it was made from.
    truth : DebrisField
        Every item at the reference time.
    current : DoubleGyre
        What moves the items.
    wind : TradeWind
        What else moves drifters and, in ``core.simulation.drift``, items; surveys and
        past trips are made without it.
    flights : tuple of SurveyFlight
        Drone surveys; photos are painted when asked for.
    deck_counts : DataFrame
        Counts from a ship's deck, raw rows for ``make_observations``.
    """

    seed: int
    truth: DebrisField
    current: DoubleGyre
    flights: tuple[SurveyFlight, ...]
    deck_counts: pd.DataFrame = field(repr=False)
    reference_at: datetime = REFERENCE_AT
    wind: TradeWind = DEMO_WIND

    @property
    def fleet(self) -> tuple[SimulatedVessel, ...]:
        """The vessels."""
        return DEMO_VESSELS

    @property
    def ports(self) -> tuple[SimulatedPort, ...]:
        """The ports."""
        return DEMO_PORTS

    def truth_at(self, moment: datetime) -> DebrisField:
        """Every item where the current has carried it at a time (UTC)."""
        if moment.tzinfo is None:
            raise InputError(f"time {moment} has no time zone")
        hours = (moment - self.reference_at).total_seconds() / 3600.0
        return self.truth.at(hours, self.current)

    @cached_property
    def hauls(self) -> pd.DataFrame:
        """Past trips, one row each; see ``core.simulation.hauls``."""
        return sail_hauls(
            self.truth.area,
            current=self.current,
            first_monday=FIRST_MONDAY,
            weeks=WEEKS,
            seed=self.seed,
        )


def simulate_sea(seed: int = DEMO_SEED) -> SimulatedSea:
    """Make a sea with known truth.

    Parameters
    ----------
    seed : int, default `DEMO_SEED`
        Zero or more; the same seed gives the same sea.

    Raises
    ------
    InputError
        If the seed is negative.
    """
    if seed < 0:
        raise InputError(f"seed {seed} is negative")
    current = DoubleGyre(
        width_km=DEMO_AREA.width_km,
        height_km=DEMO_AREA.height_km,
        peak_m_s=PEAK_CURRENT_M_S,
    )
    truth = scatter_debris(DEMO_AREA, rng=np.random.default_rng([seed, 1]))
    rng = np.random.default_rng([seed, 2])
    first = FIRST_PHOTO_SEED + seed * _PHOTOS_PER_SEED
    flights = (
        fly_survey(
            truth,
            survey="Simulated drone survey, south fronts",
            fronts=(0, 1),
            reference_at=REFERENCE_AT,
            start_h=2.0,
            current=current,
            rng=rng,
            first_seed=first,
        ),
        fly_survey(
            truth,
            survey="Simulated drone survey, north fronts",
            fronts=(1, 2),
            reference_at=REFERENCE_AT,
            start_h=26.0,
            current=current,
            rng=rng,
            first_seed=first + _PHOTOS_PER_SEED // 2,
        ),
    )
    counts = deck_counts(
        truth,
        survey="Simulated deck survey",
        x_km=(15.0, 38.0, 61.0, 80.0),
        reference_at=REFERENCE_AT,
        start_h=0.0,
        current=current,
    )
    return SimulatedSea(
        seed=seed, truth=truth, current=current, flights=flights, deck_counts=counts
    )
