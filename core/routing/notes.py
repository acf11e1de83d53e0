"""What a plan assumes and what was done to its inputs, in sentences."""

from collections.abc import Sequence

from core.routing.conditions import Conditions
from core.routing.execution import FIND_WITHIN_KM
from core.routing.expectation import Expectation
from core.routing.mend import Mended
from core.routing.schedule import PlannedVessel
from core.routing.setup import Setup
from core.routing.speed import speed_notes
from core.routing.weighting import weighting_notes

__all__ = ["plan_notes"]

_STILL = "No drift forecast was given: debris is taken as lying still."
_NO_QUANTILE = (
    "A quantile to maximise was asked for; without a drift forecast there is none, and "
    "the expected mass was maximised."
)
_CALM = "No state of the sea was given: legs are timed in calm water without current."
_CAPPED = (
    "The high of a load ends at the hold, while the high of a single stop may lie "
    "above it: what a site may hold beyond the room left stays at sea."
)
#: Ways less unknown than this are not worth a sentence.
_LEAST_SHARE = 0.005


def plan_notes(
    setup: Setup,
    mended: Mended,
    vessels: Sequence[PlannedVessel],
    *,
    expectation: Expectation | None,
    conditions: Conditions | None,
) -> tuple[str, ...]:
    """Every note of a plan, what concerns this one first."""
    return (
        *weighting_notes(setup.request.weighting),
        *mended.notes,
        *setup.notes,
        *_motion_notes(setup, expectation),
        *_sea_notes(setup, mended, conditions),
        *([_CAPPED] if _is_capped(vessels) else []),
        *setup.request.collection.sentences(),
    )


def _motion_notes(setup: Setup, expectation: Expectation | None) -> list[str]:
    quantile = setup.request.quantile
    if expectation is None:
        return [_STILL] if quantile is None else [_STILL, _NO_QUANTILE]
    drift = expectation.drift
    aim = (
        []
        if quantile is None
        else [f"The {quantile:.0%} quantile of what is collected was maximised."]
    )
    return [
        *aim,
        f"The plan was executed in {drift.members} members of the drift forecast. Its "
        "mass is the mean over them, low and high are the 10 and 90 % quantiles; stops "
        "stand where their debris is expected then.",
        "Assumed: the mass of each site lies evenly below and above what is expected, "
        "between its low and its high, independent of the others.",
        f"Vessels are taken to see where the debris is: tracked, the plan brings "
        f"{drift.mass_kg:.0f} kg; sailing to the expected places only and finding what "
        f"is within {FIND_WITHIN_KM:g} km (assumed), {drift.untracked_mass_kg:.0f} kg.",
    ]


def _sea_notes(
    setup: Setup, mended: Mended, conditions: Conditions | None
) -> list[str]:
    if conditions is None:
        return [_CALM]
    legs = [leg for one in mended.voyages for trip in one.legs for leg in trip]
    whole_km = sum(leg.distance_km for leg in legs)
    unknown_km = sum(leg.distance_km * leg.unknown_share for leg in legs)
    notes = [*speed_notes(setup.request.fleet.vessels)]
    if unknown_km > _LEAST_SHARE * whole_km:
        share = unknown_km / whole_km
        notes.append(
            f"Current, wind or waves are not known on {share:.0%} of the way; what is "
            "not known is counted as none."
        )
    return notes


def _is_capped(vessels: Sequence[PlannedVessel]) -> bool:
    return any(
        sum(stop.mass_kg_high for stop in trip.stops) > trip.load_kg_high * 1.001
        for vessel in vessels
        for trip in vessel.trips
    )
