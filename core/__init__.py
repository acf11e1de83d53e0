"""Gyre's library: from observations of marine debris to a cleanup plan."""

__version__ = "0.1.0"
