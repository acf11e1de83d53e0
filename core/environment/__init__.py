"""Ocean forcing from files and servers: currents, wind, Stokes drift and waves.

A :class:`Forcing` is one quantity on one regular grid of latitude and longitude, in
m/s towards east and north, with every assumption made on reading in its
``warnings``. Nothing is extrapolated: times and places outside are refused.
"""

from core.environment.forcing import KINDS, Forcing, Kind
from core.environment.forcing_sample import SpeedStatistics
from core.environment.forcing_summary import summary_of
from core.environment.open_forcing import open_forcing, read_forcings
from core.environment.write import write_forcing

__all__ = [
    "KINDS",
    "Forcing",
    "Kind",
    "SpeedStatistics",
    "open_forcing",
    "read_forcings",
    "summary_of",
    "write_forcing",
]
