"""Every layout of a monitoring programme or exchange format."""

from core.observations.importers.base import Profile
from core.observations.importers.layouts.beach_items import BEACH_PROFILES
from core.observations.importers.layouts.darwin_core import DarwinCore
from core.observations.importers.layouts.datras import DatrasLitter
from core.observations.importers.layouts.emodnet_beach import EmodnetBeach
from core.observations.importers.layouts.mdmap import MdmapShoreline

__all__ = ["PROGRAMME_PROFILES"]

PROGRAMME_PROFILES: tuple[Profile, ...] = (
    DatrasLitter(),
    EmodnetBeach(),
    MdmapShoreline(),
    *BEACH_PROFILES,
    DarwinCore(),
)
