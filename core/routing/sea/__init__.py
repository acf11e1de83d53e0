"""Ways by sea: distances and paths that do not cross land."""

from core.routing.sea.network import SeaNetwork, SeaPosition, nearest_sea

__all__ = ["SeaNetwork", "SeaPosition", "nearest_sea"]
