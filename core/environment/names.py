"""Which variables of a file are a current, a wind, a Stokes drift or wave heights.

CF ``standard_name`` decides first, aliases and old names included; then the names
known products use. ``u`` and ``v`` alone say nothing: they count only where the kind
is asked for or their own attributes tell it.

References
----------
.. [1] CF standard name table, version 85, with its aliases.
"""

from typing import NamedTuple

from core.environment.forcing import Kind

__all__ = ["KNOWN", "PLAIN", "STANDARD", "Candidate", "Frame", "water_or_air"]

Frame = str  # "east": towards east and north; "grid": along the axes; "to", "from"


class Candidate(NamedTuple):
    """A pair of names that together are one quantity (waves: one name, empty second).

    ``frame`` is ``east``, ``grid`` (must be rotated), or for a speed and a direction
    ``to`` or ``from``. ``note`` is a doubt that the name itself brings.
    """

    first: str
    second: str
    frame: Frame = "east"
    note: str = ""


_GEOSTROPHIC = "geostrophic current only: what the wind drives is not in it"
_NO_TIDE = "tides are not in this current"
_WAVE = "sea_surface_wave_stokes_drift"

#: By CF standard name, the best first.
STANDARD: dict[Kind, tuple[Candidate, ...]] = {
    "current": (
        Candidate("eastward_sea_water_velocity", "northward_sea_water_velocity"),
        Candidate(
            "surface_eastward_sea_water_velocity",
            "surface_northward_sea_water_velocity",
        ),
        Candidate("sea_water_x_velocity", "sea_water_y_velocity", "grid"),
        Candidate("x_sea_water_velocity", "y_sea_water_velocity", "grid"),
        Candidate(
            "surface_sea_water_x_velocity", "surface_sea_water_y_velocity", "grid"
        ),
        Candidate(
            "eastward_sea_water_velocity_assuming_no_tide",
            "northward_sea_water_velocity_assuming_no_tide",
            note=_NO_TIDE,
        ),
        Candidate("sea_water_speed", "sea_water_velocity_to_direction", "to"),
        Candidate("sea_water_speed", "direction_of_sea_water_velocity", "to"),
        Candidate("sea_water_speed", "sea_water_velocity_from_direction", "from"),
        Candidate(
            "surface_geostrophic_eastward_sea_water_velocity",
            "surface_geostrophic_northward_sea_water_velocity",
            note=_GEOSTROPHIC,
        ),
        Candidate(
            "surface_eastward_geostrophic_sea_water_velocity",
            "surface_northward_geostrophic_sea_water_velocity",
            note=_GEOSTROPHIC,
        ),
    ),
    "wind": (
        Candidate("eastward_wind", "northward_wind"),
        Candidate("x_wind", "y_wind", "grid"),
        Candidate("wind_speed", "wind_from_direction", "from"),
        Candidate("wind_speed", "wind_to_direction", "to"),
    ),
    "stokes": (
        Candidate(f"{_WAVE}_eastward_velocity", f"{_WAVE}_northward_velocity"),
        Candidate(
            "eastward_sea_surface_wave_stokes_drift_velocity",
            "northward_sea_surface_wave_stokes_drift_velocity",
        ),
        Candidate(f"{_WAVE}_x_velocity", f"{_WAVE}_y_velocity", "grid"),
        Candidate(f"{_WAVE}_speed", f"{_WAVE}_to_direction", "to"),
    ),
    "waves": (
        Candidate("sea_surface_wave_significant_height", ""),
        Candidate("significant_height_of_wind_and_swell_waves", ""),
    ),
}

#: By variable name (any case), the best first.
KNOWN: dict[Kind, tuple[Candidate, ...]] = {
    "current": (
        Candidate("uo", "vo"),
        Candidate("water_u", "water_v"),
        Candidate(
            "eastward_eulerian_current_velocity", "northward_eulerian_current_velocity"
        ),
        Candidate(
            "utotal",
            "vtotal",
            note="utotal and vtotal contain tide and Stokes drift: add no Stokes drift",
        ),
        Candidate("eastward_sea_water_velocity", "northward_sea_water_velocity"),
        Candidate("u_surface", "v_surface"),
        Candidate("ssu", "ssv"),
        Candidate("vozocrtx", "vomecrty", "grid"),
        Candidate("u_ocean", "v_ocean"),
        Candidate("ugos", "vgos", note=_GEOSTROPHIC),
    ),
    "wind": (
        Candidate("air_u", "air_v"),
        Candidate("u10", "v10"),
        Candidate("u10m", "v10m"),
        Candidate("10u", "10v"),
        Candidate("ugrd10m", "vgrd10m"),
        Candidate("u-component_of_wind_height_above_ground",
                  "v-component_of_wind_height_above_ground"),
        Candidate("x_wind_10m", "y_wind_10m", "grid"),
        Candidate("uwnd", "vwnd"),
        Candidate("u_wind", "v_wind"),
        Candidate("wind_u", "wind_v"),
        Candidate("eastward_wind", "northward_wind"),
    ),
    "stokes": (
        Candidate("vsdx", "vsdy", "grid"),
        Candidate("ust", "vst"),
        Candidate("uuss", "vuss"),
    ),
    "waves": (
        Candidate("vhm0", ""),
        Candidate("swh", ""),
        Candidate("hs", ""),
        Candidate("htsgwsfc", ""),
        Candidate("significant_wave_height", ""),
    ),
}  # fmt: skip

#: Names so plain that they say nothing about what moves.
PLAIN = Candidate("u", "v")

_WATER_WORDS = ("current", "water", "ocean", "sea ", "ssc")
_AIR_WORDS = ("wind", "air", "atmospher", "10 m", "10m")


def water_or_air(text: str) -> Kind | None:
    """Kind of quantity a description tells of, none where it tells both or neither.

    Examples
    --------
    >>> water_or_air("Ocean Surface Zonal Currents")
    'current'
    >>> water_or_air("u component of velocity") is None
    True
    """
    lowered = text.lower()
    water = any(word in lowered for word in _WATER_WORDS)
    air = any(word in lowered for word in _AIR_WORDS)
    if water == air:
        return None
    return "current" if water else "wind"
