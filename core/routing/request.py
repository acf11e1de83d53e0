"""Everything a plan was asked for, so that it can be asked for again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import numpy as np
import pandas as pd
import shapely

from core.errors import RouteInputError
from core.routing.emissions import CollectionModel
from core.routing.fleet import Fleet, fleet_to_dict
from core.routing.fleet_file import parse_fleet
from core.routing.rejected import Rejected, listed
from core.routing.rules import SiteRules
from core.routing.sea import ClosedArea, parse_closed_areas
from core.routing.sites import accept_sites, site_rows
from core.routing.states import VesselState
from core.routing.stops import iso_utc
from core.routing.work_hours import WorkHours

__all__ = ["PlanRequest", "area_to_feature"]

_MAX_HOURS = 10_000.0
_NUMBERS = ("hours", "seconds", "least_kg_per_h", "margin_km")


@dataclass(frozen=True, eq=False)
class PlanRequest:
    """Sites, fleet and wishes of a plan.

    What comes from elsewhere, the drift forecast and the state of the sea, is named
    here and handed to :func:`core.routing.plan_request` beside it.

    Parameters
    ----------
    sites : DataFrame
        As :func:`core.routing.read_sites` returns it.
    fleet : Fleet
        Vessels and ports.
    hours : float
        Horizon, hours after ``start_at``.
    start_at : datetime
        When every vessel is ready, with a time zone.
    seconds, seed, iterations
        Effort and seed of the search, see :func:`core.routing.solve`.
    collection : CollectionModel
        How long collecting takes.
    least_kg_per_h : float, default 0
        Stops that bring less (weighted by priority) for the hours they add are left
        out as not worth it.
    simulated : bool
        Whether the sites are simulated.
    rules : SiteRules
        Wishes about single sites.
    states : mapping of str to VesselState
        Vessels that start from the middle of a plan, by name.
    work_hours : WorkHours
        When vessels collect; at any hour of the day when not given, within the limits
        of crews, weather and ports that the fleet states.
    closed_areas : tuple of ClosedArea
        Areas that legs keep out of while they are closed.
    margin_km : float, default 0
        Distance that legs keep off land.
    quantile : float, optional
        With a drift forecast: maximise this quantile of the mass collected, in
        (0, 1), instead of its mean.
    rejected : tuple of Rejected
        Records that were refused when the inputs were read.
    forecast_id, conditions_id : str
        Names of the drift forecast and of the state of the sea, if there were any.
    parent : str, optional
        Plan that this one is made from.
    weighting : mapping, optional
        What the priorities of the sites rest on, where they come from harm and
        sensitivity, as :func:`core.priorities.weigh_sites` gives it.

    Raises
    ------
    RouteInputError
        If the horizon, the start or another figure cannot be used.
    """

    sites: pd.DataFrame
    fleet: Fleet
    hours: float
    start_at: datetime
    seconds: float = 10.0
    seed: int = 1
    iterations: int | None = None
    collection: CollectionModel = field(default_factory=CollectionModel)
    least_kg_per_h: float = 0.0
    simulated: bool = False
    rules: SiteRules = field(default_factory=SiteRules)
    states: Mapping[str, VesselState] = field(default_factory=dict)
    work_hours: WorkHours = field(default_factory=lambda: WorkHours(daylight=False))
    closed_areas: tuple[ClosedArea, ...] = ()
    margin_km: float = 0.0
    quantile: float | None = None
    rejected: tuple[Rejected, ...] = ()
    forecast_id: str = ""
    conditions_id: str = ""
    parent: str | None = None
    weighting: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.hours <= _MAX_HOURS:
            raise RouteInputError(
                f"hours is {self.hours}, expected above 0 to {_MAX_HOURS:g}"
            )
        if self.start_at.tzinfo is None:
            raise RouteInputError(
                f"start {self.start_at} has no time zone, expected UTC"
            )
        for name in ("margin_km", "least_kg_per_h"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise RouteInputError(
                    f"{name} is {getattr(self, name)}, expected zero or more"
                )
        if self.quantile is not None and not 0.0 < self.quantile < 1.0:
            raise RouteInputError(
                f"quantile is {self.quantile}, expected a number between 0 and 1"
            )
        weighting = self.weighting
        if weighting is not None and not (
            isinstance(weighting, Mapping)
            and isinstance(weighting.get("sites"), Mapping)
        ):
            raise RouteInputError("weighting: expected what weigh_sites returned")
        start = self.start_at.astimezone(UTC).replace(microsecond=0)
        object.__setattr__(self, "start_at", start)

    @property
    def end_at(self) -> datetime:
        """When the plan's hours are over."""
        return self.start_at + timedelta(hours=self.hours)

    def changed(self, **changes: Any) -> Self:
        """Return the same request with some fields changed."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the request as a plain document."""
        document: dict[str, Any] = {
            "sites": site_rows(self.sites),
            "fleet": fleet_to_dict(self.fleet),
            "start_at": iso_utc(self.start_at),
            "collection": asdict(self.collection),
            "rules": self.rules.to_dict(),
            "work_hours": asdict(self.work_hours),
            "closed_areas": [area_to_feature(area) for area in self.closed_areas],
            "states": {name: one.to_dict() for name, one in self.states.items()},
            "rejected": [one.to_dict() for one in self.rejected],
        }
        plain: tuple[str, ...] = (
            *_NUMBERS,
            "seed",
            "iterations",
            "simulated",
            "quantile",
        )
        plain += ("forecast_id", "conditions_id", "parent")
        # Left out where there is none, so that a plan by mass stays what it was.
        plain += ("weighting",) if self.weighting else ()
        return document | {name: getattr(self, name) for name in plain}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` returned.

        Raises
        ------
        RouteInputError
            If a field is missing or of another kind.
        """
        try:
            made = {
                "sites": accept_sites(pd.DataFrame(document["sites"])).strict(),
                "fleet": parse_fleet(document["fleet"]),
                "start_at": datetime.fromisoformat(document["start_at"]),
                "collection": CollectionModel(**document["collection"]),
                "work_hours": WorkHours(**document["work_hours"]),
                "rules": SiteRules.from_dict(document["rules"]),
                "states": {
                    name: VesselState.from_dict(one)
                    for name, one in document["states"].items()
                },
                "closed_areas": _areas(document["closed_areas"]),
                "rejected": tuple(Rejected(**one) for one in document["rejected"]),
            }
            return cls(**{**document, **made})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RouteInputError(f"plan request cannot be read: {error}") from error


def area_to_feature(area: ClosedArea) -> dict[str, Any]:
    """Return a closed area as the GeoJSON feature it can be read from."""
    moments = {"from": area.from_at, "until": area.until_at}
    polygon = shapely.orient_polygons(shapely.normalize(area.polygon))
    return {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(polygon)),
        "properties": {
            "name": area.name,
            "reason": area.reason,
            **{k: None if v is None else v.isoformat() for k, v in moments.items()},
            "months": sorted(area.months) or None,
        },
    }


def _areas(features: Sequence[Mapping[str, Any]]) -> tuple[ClosedArea, ...]:
    collection = {"type": "FeatureCollection", "features": list(features)}
    read = parse_closed_areas(json.dumps(collection).encode())
    if read.rejected:
        raise RouteInputError(listed(read.rejected))
    return read.areas
