"""Ocean forcing from files and servers: currents, wind, Stokes drift and waves.

A :class:`Forcing` is one quantity on one regular grid of latitude and longitude, in
m/s towards east and north, with every assumption made on reading in its
``warnings``. Nothing is extrapolated: times and places outside are refused.

``files`` reads and writes NetCDF and Zarr, ``remote`` fetches from listed servers,
``sensors`` takes positions from a broker.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from core.environment.forcing import KINDS, Forcing, Kind
from core.environment.sampling import SpeedStatistics
from core.environment.summary import summary_of

if TYPE_CHECKING:
    from core.environment.files import open_forcing, read_forcings, write_forcing
    from core.environment.remote import Fetched, RemoteForcing

__all__ = [
    "KINDS",
    "Fetched",
    "Forcing",
    "Kind",
    "RemoteForcing",
    "SpeedStatistics",
    "open_forcing",
    "read_forcings",
    "summary_of",
    "write_forcing",
]

#: Loaded when first used: the readers of NetCDF take half a second or more.
_LATER = {
    **dict.fromkeys(("open_forcing", "read_forcings", "write_forcing"), "files"),
    **dict.fromkeys(("Fetched", "RemoteForcing"), "remote"),
}


def __getattr__(name: str) -> object:
    """Load a name of ``files`` or ``remote`` when it is first asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
