"""Profiles of published data sets, one module a layout.

A profile here may have ``companion_names``: beginnings of the names of files it needs
beside it (the contents of trawls need the table of their stations). Whoever imports a
file may look for them in the same folder and pass them as companions.
"""

from core.observations.importers.base import Profile
from core.observations.importers.profiles.beach_litter import BeachLitterWatch
from core.observations.importers.profiles.eriksen2014 import Eriksen2014
from core.observations.importers.profiles.gpgp_aerial import GpgpAerialObjects
from core.observations.importers.profiles.gpgp_concentration import GpgpConcentration
from core.observations.importers.profiles.gpgp_historical import GpgpHistorical
from core.observations.importers.profiles.gpgp_specimens import SPECIMEN_PROFILES
from core.observations.importers.profiles.gpgp_stations import GpgpStations
from core.observations.importers.profiles.gpgp_trawl_contents import GpgpTrawlContents
from core.observations.importers.profiles.litter_codes import LitterCodes
from core.observations.importers.profiles.model_grid import ModelGrid
from core.observations.importers.profiles.ncei import NCEI_PROFILES
from core.observations.importers.profiles.riverbank import RiverbankLitter
from core.observations.importers.profiles.surface_trawls import SurfaceTrawls

__all__ = ["DATASET_PROFILES"]

#: Every data set whose layout and traps are known.
DATASET_PROFILES: tuple[Profile, ...] = (
    *NCEI_PROFILES,
    SurfaceTrawls(),
    GpgpConcentration(),
    GpgpStations(),
    GpgpTrawlContents(),
    GpgpAerialObjects(),
    GpgpHistorical(),
    *SPECIMEN_PROFILES,
    Eriksen2014(),
    BeachLitterWatch(),
    RiverbankLitter(),
    LitterCodes(),
    ModelGrid(),
)
