"""Ports of the world by UN/LOCODE or name, from the list of the package searoute.

The package is only read as data and never imported. Its list follows UN/LOCODE, is
not complete, and was not checked by us: a position may be that of the town. It helps to
fill in a fleet; a position that a person gives always comes first.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from core.coastline import is_on_land
from core.errors import NotFoundError
from core.geo import great_circle_distance_km
from core.routing.sea.check_paths import distance_to_land_km

__all__ = [
    "WorldPort",
    "find_ports",
    "has_port_list",
    "nearest_ports",
    "parse_ports",
    "port_by_locode",
]

#: Entries of one code farther apart than this are different places: which one is
#: meant cannot be told, so the code is left out.
_SAME_PORT_KM = 30.0
#: On drawn land farther than this from the coast no vessel of ours can call.
_INLAND_KM = 30.0
_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")


@dataclass(frozen=True)
class WorldPort:
    """A port of the list.

    Parameters
    ----------
    locode : str
        UN/LOCODE, five letters or digits without a space.
    name, country : str
        As the list spells them.
    lat, lon : float
        WGS 84 degrees.
    """

    locode: str
    name: str
    country: str
    lat: float
    lon: float


def has_port_list() -> bool:
    """Whether the list is installed."""
    return _list_path() is not None


def _list_path() -> Path | None:
    # Found, not imported: the package would load its whole network of routes.
    found = find_spec("searoute")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "data" / "ports.geojson"
    return path if path.is_file() else None


def parse_ports(document: Any) -> dict[str, WorldPort]:
    """Read a list of ports.

    Parameters
    ----------
    document : object
        GeoJSON FeatureCollection of points with ``port`` (UN/LOCODE), ``name``,
        ``cty`` and ``t`` (1 for a terminal).

    Returns
    -------
    dict of str to WorldPort
        By code. Entries that cannot be used are left out, and so are codes whose
        entries lie more than 30 km apart. Of nearer ones a terminal is taken first.
    """
    features = document.get("features") if isinstance(document, dict) else None
    entries: dict[str, list[tuple[bool, WorldPort]]] = defaultdict(list)
    for feature in features if isinstance(features, list) else []:
        entry = _entry(feature)
        if entry is not None:
            entries[entry[1].locode].append(entry)
    ports = {}
    for code, found in entries.items():
        chosen = max(found, key=lambda entry: entry[0])[1]
        if all(_apart_km(chosen, one) <= _SAME_PORT_KM for _, one in found):
            ports[code] = chosen
    return ports


def _entry(feature: Any) -> tuple[bool, WorldPort] | None:
    try:
        fields = feature["properties"]
        lon, lat = (float(value) for value in feature["geometry"]["coordinates"][:2])
        code, name = str(fields["port"]), str(fields["name"]).strip()
        terminal = fields.get("t") == 1
        country = str(fields.get("cty") or "").replace("_", " ").title()
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    good = -90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0
    if not good or not _LOCODE.fullmatch(code) or not name:
        return None
    return terminal, WorldPort(code, name, country, lat, lon)


def _apart_km(a: WorldPort, b: WorldPort) -> float:
    return float(
        great_circle_distance_km(lat1=a.lat, lon1=a.lon, lat2=b.lat, lon2=b.lon)
    )


@lru_cache(maxsize=1)
def _ports() -> dict[str, WorldPort]:
    path = _list_path()
    if path is None:
        raise NotFoundError(
            "the list of ports is not installed (package searoute); give the port's "
            "position instead"
        )
    return parse_ports(json.loads(path.read_text(encoding="utf-8")))


def port_by_locode(code: str) -> WorldPort | None:
    """Port of a UN/LOCODE, as ``"GRPIR"`` or ``"GR PIR"``; none if not listed.

    Raises
    ------
    NotFoundError
        If the list is not installed.
    """
    return _ports().get("".join(code.split()).upper())


def find_ports(text: str, *, limit: int = 20) -> list[WorldPort]:
    """Ports whose code or name holds a text, the closest matches first.

    Capitals and accents do not matter.

    Parameters
    ----------
    text : str
        Code, name, or a part of the name.
    limit : int
        Most ports returned.

    Raises
    ------
    NotFoundError
        If the list is not installed.
    """
    asked = _folded(text)
    if not asked:
        return []
    ranked = []
    for port in _ports().values():
        name = _folded(port.name)
        if asked.replace(" ", "") == port.locode.lower() or asked == name:
            ranked.append((0, name, port.locode))
        elif name.startswith(asked):
            ranked.append((1, name, port.locode))
        elif asked in name:
            ranked.append((2, name, port.locode))
    return [_ports()[code] for _, _, code in sorted(ranked)[:limit]]


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def nearest_ports(*, lat: float, lon: float, n: int = 5) -> list[WorldPort]:
    """Ports nearest to a position by great circle, those on the sea only.

    Ports on rivers and lakes more than 30 km inland are left out.

    Parameters
    ----------
    lat, lon : float
        WGS 84 degrees.
    n : int
        How many.

    Raises
    ------
    NotFoundError
        If the list is not installed.
    """
    ports = list(_ports().values())
    apart = great_circle_distance_km(
        lat1=lat,
        lon1=lon,
        lat2=_column(port.lat for port in ports),
        lon2=_column(port.lon for port in ports),
    )
    nearest = (ports[i] for i in np.argsort(apart, kind="stable"))
    return list(islice((port for port in nearest if not _is_inland(port)), n))


def _is_inland(port: WorldPort) -> bool:
    lat, lon = np.array([port.lat]), np.array([port.lon])
    if not is_on_land(lat=lat, lon=lon)[0]:
        return False
    return bool(
        np.isinf(distance_to_land_km(lat=lat, lon=lon, within_km=_INLAND_KM))[0]
    )


def _column(values: Iterable[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.fromiter(values, dtype=np.float64)
