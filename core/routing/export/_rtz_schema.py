"""Elements and attributes of RTZ 1.0, 1.1 and 1.2 (IEC 61174, Annex S)."""

import re
from collections.abc import Callable

__all__ = [
    "ATTRIBUTES",
    "CHILDREN",
    "NAMESPACES",
    "REPEATED",
    "REQUIRED",
    "UTC_TIME",
    "Rule",
]

#: Says what is wrong with a text; nothing if it is right.
Rule = Callable[[str], str]

NAMESPACES = {
    "http://www.cirm.org/RTZ/1/0": "1.0",
    "http://www.cirm.org/RTZ/1/1": "1.1",
    "http://www.cirm.org/RTZ/1/2": "1.2",
}
#: Children of each element, in the order of the schema.
CHILDREN: dict[str, tuple[str, ...]] = {
    "route": ("routeInfo", "waypoints", "schedules", "extensions"),
    "routeInfo": ("extensions",),
    "waypoints": ("defaultWaypoint", "waypoint", "extensions"),
    "defaultWaypoint": ("leg", "extensions"),
    "waypoint": ("position", "leg", "extensions"),
    "position": (),
    "leg": ("extensions",),
    "schedules": ("schedule", "extensions"),
    "schedule": ("manual", "calculated", "extensions"),
    "manual": ("scheduleElement", "extensions"),
    "calculated": ("scheduleElement", "extensions"),
    "scheduleElement": ("extensions",),
    "extensions": ("extension",),
}
#: Elements that may stand more than once under one parent.
REPEATED = {"waypoint", "schedule", "scheduleElement", "extension"}
#: Attributes that may not be missing.
REQUIRED: dict[str, tuple[str, ...]] = {
    "route": ("version",),
    "routeInfo": ("routeName",),
    "waypoint": ("id",),
    "position": ("lat", "lon"),
    "schedule": ("id",),
    "scheduleElement": ("waypointId",),
    "extension": ("manufacturer", "name"),
}
UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]00:00)")
_DURATION = re.compile(
    r"P(?=[\dT])(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_MAX_RADIUS_NM = 5.0


def _number(low: float, high: float = float("inf"), *, below: bool = False) -> Rule:
    """Make a rule: a decimal from ``low`` to ``high``, or below ``high``."""
    asked = f"{low:g} to {'below ' * below}{high:g}"

    def wrong(text: str) -> str:
        if not _DECIMAL.fullmatch(text):
            return "is no decimal number"
        value = float(text)
        inside = low <= value < high if below else low <= value <= high
        return "" if inside else f"is outside {asked}"

    return wrong


def _like(pattern: str | re.Pattern[str], what: str) -> Rule:
    return lambda text: "" if re.fullmatch(pattern, text) else f"is no {what}"


def _any(_: str) -> str:
    return ""


def _all(names: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


_TIME = _like(UTC_TIME, "time in UTC")
_WHOLE = _like(r"\+?\d+", "non-negative integer")
_SIZE = _number(0.0)
_RADIUS = _number(0.0, _MAX_RADIUS_NM)
_TURN = _number(0.0, 360.0, below=True)

#: Attributes of each element, and what each may hold.
ATTRIBUTES: dict[str, dict[str, Rule]] = {
    "route": {"version": _any},
    "routeInfo": {
        **_all("routeName routeAuthor routeStatus routeChangesHistory", _any),
        **_all("vesselName vesselMMSI vesselIMO vesselVoyage vesselCargo", _any),
        **_all("optimizationMethod", _any),
        **_all("validityPeriodStart validityPeriodStop", _TIME),
        **_all("vesselDisplacement vesselGM vesselMaxRoll vesselMaxWave", _SIZE),
        **_all("vesselMaxWind vesselSpeedMax", _SIZE),
        **_all("vesselServiceMin vesselServiceMax", _SIZE),
    },
    "defaultWaypoint": {"radius": _RADIUS},
    "waypoint": {"id": _WHOLE, "revision": _WHOLE, "name": _any, "radius": _RADIUS},
    "position": {
        "lat": _number(-90.0, 90.0),
        "lon": _number(-180.0, 180.0, below=True),
    },
    "leg": {
        **_all("starboardXTD portsideXTD safetyContour safetyDepth", _SIZE),
        **_all("speedMin speedMax draughtForward draughtAft", _SIZE),
        **_all("staticUKC dynamicUKC masthead", _SIZE),
        "geometryType": _like("Loxodrome|Orthodrome", "Loxodrome or Orthodrome"),
        **_all("legReport legInfo legNote1 legNote2", _any),
    },
    "schedule": {"id": _WHOLE, "name": _any},
    "scheduleElement": {
        "waypointId": _WHOLE,
        **_all("etd eta", _TIME),
        **_all("etdWindowBefore etdWindowAfter", _like(_DURATION, "duration")),
        **_all("etaWindowBefore etaWindowAfter stay", _like(_DURATION, "duration")),
        **_all("speed speedWindow windSpeed currentSpeed rpm fuel", _SIZE),
        **_all("windDirection currentDirection", _TURN),
        **_all("windLoss waveLoss totalLoss pitch", _number(-float("inf"))),
        **_all("relFuelSave absFuelSave", _number(-float("inf"))),
        "Note": _any,
    },
    "extension": _all("manufacturer name version", _any),
}
