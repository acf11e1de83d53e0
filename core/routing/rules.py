"""What the planner is told about single sites: go there, keep away, this vessel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from core.errors import RouteInputError
from core.routing.rejected import Rejected

__all__ = ["SiteRules"]


@dataclass(frozen=True)
class SiteRules:
    """Wishes about single sites, by name.

    Parameters
    ----------
    pinned : tuple of str
        Sites that go before all others, whatever they weigh.
    forbidden : tuple of str
        Sites that no vessel may visit.
    vessel_of : mapping of str to str
        Sites that one vessel alone may visit, and which.

    Raises
    ------
    RouteInputError
        If a site is pinned and forbidden.
    """

    pinned: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    vessel_of: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pinned", tuple(dict.fromkeys(self.pinned)))
        object.__setattr__(self, "forbidden", tuple(dict.fromkeys(self.forbidden)))
        object.__setattr__(self, "vessel_of", dict(self.vessel_of))
        both = set(self.pinned) & set(self.forbidden)
        if both:
            raise RouteInputError(f"site {min(both)} is pinned and forbidden")

    def known(
        self, sites: Iterable[str], vessels: Iterable[str]
    ) -> tuple["SiteRules", list[Rejected]]:
        """Split into rules about sites and vessels there are, and refused ones."""
        there, ships = set(sites), set(vessels)
        reason = "there is no such site among the sites to plan"
        refused = [
            Rejected("rules", what, name, reason)
            for what in ("pinned", "forbidden", "vessel_of")
            for name in getattr(self, what)
            if name not in there
        ]
        refused += [
            Rejected("rules", "vessel_of", vessel, f"no such vessel (site {site})")
            for site, vessel in self.vessel_of.items()
            if site in there and vessel not in ships
        ]
        kept = SiteRules(
            pinned=tuple(name for name in self.pinned if name in there),
            forbidden=tuple(name for name in self.forbidden if name in there),
            vessel_of={
                site: vessel
                for site, vessel in self.vessel_of.items()
                if site in there and vessel in ships
            },
        )
        return kept, refused

    def to_dict(self) -> dict[str, Any]:
        """Return the rules for a plan request."""
        return {
            "pinned": list(self.pinned),
            "forbidden": list(self.forbidden),
            "vessel_of": dict(self.vessel_of),
        }

    @classmethod
    def from_dict(cls, one: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` returned."""
        return cls(
            pinned=tuple(str(name) for name in one.get("pinned", ())),
            forbidden=tuple(str(name) for name in one.get("forbidden", ())),
            vessel_of={str(k): str(v) for k, v in one.get("vessel_of", {}).items()},
        )
