"""Currents, wind, Stokes drift and waves in NetCDF files and Zarr stores.

``read`` opens a file (``source``), chooses its variables (``find``), tells what their
dimensions are (``layout``), lays out the grid (``target``; ``rotate`` and
``projection`` for curvilinear ones) and reads numbers (``values``) into m/s
(``units``). ``write`` writes CF.
"""

from core.environment.files.read import open_forcing, read_forcings
from core.environment.files.write import write_forcing

__all__ = ["open_forcing", "read_forcings", "write_forcing"]
