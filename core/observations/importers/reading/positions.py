"""Positions as people write them: degrees, minutes, seconds, with N, S, E and W."""

import math
import re

__all__ = [
    "POSITION_FORMATS",
    "is_plain_number",
    "looks_like_minutes",
    "parse_angle",
    "split_position",
]

#: How positions may be written: told from the text, decimal degrees, degrees and
#: minutes run together (5419.2), or degrees.minutes (54.19 for 54 degrees 19 minutes).
POSITION_FORMATS = ("", "decimal", "ddmm", "dd.mm")

#: Signs for minutes and seconds, with the quotes that stand for them.
_MINUTE, _SECOND = "['\u2019\u2032]", "[\"\u201d\u2033]|''|\u2019\u2019"
_SEPARATED = re.compile(
    rf"""(?P<sign>[+-])?\s*
    (?P<deg>\d{{1,3}}(?:\.\d+)?)
    (?:\s*(?:°|º|˚|d|deg|:|-|\s)\s*
       (?:(?P<min>\d{{1,2}}(?:\.\d+)?)
          (?:\s*(?:{_MINUTE}|m|min|:|-|\s)\s*
             (?:(?P<sec>\d{{1,2}}(?:\.\d+)?)\s*(?:{_SECOND}|s|sec)?)?
          )?
       )?
    )?""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_COMMA_IN_NUMBER = re.compile(r"(?<=\d),(?=\d)")
_HEMISPHERES = {"N": 1.0, "S": -1.0, "E": 1.0, "W": -1.0}
_AXIS = {"lat": "NS", "lon": "EW"}
_WORDS = re.compile(r"\b(north|south|east|west)\b", re.IGNORECASE)
_WKT = re.compile(r"POINT\s*Z?\s*\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)", re.IGNORECASE)


def parse_angle(text: str, axis: str, form: str = "") -> tuple[float, str]:
    """Decimal degrees of a latitude or longitude, and what is wrong with it.

    Parameters
    ----------
    text : str
        As written, with a decimal point.
    axis : str
        ``lat`` or ``lon``; only its own letters are read.
    form : str
        One of `POSITION_FORMATS`.

    Returns
    -------
    tuple of float, str
        Degrees, NaN if unreadable; and the reason, empty if fine. The range is not
        checked here.

    Examples
    --------
    >>> parse_angle("54°19.2'N", "lat")
    (54.32, '')
    >>> parse_angle("140 30 00 W", "lon")
    (-140.5, '')
    """
    body, letter, fault = _without_letter(_pointed(text.strip()), axis)
    if fault:
        return math.nan, fault
    if form in {"ddmm", "dd.mm"}:
        degrees, minutes, seconds, sign, fault = _run_together(body, form)
    else:
        degrees, minutes, seconds, sign, fault = _separated(body)
    if fault:
        return math.nan, fault
    if form == "decimal" and (minutes or seconds):
        return math.nan, "degrees and minutes where decimal degrees are expected"
    if letter and sign < 0:
        return math.nan, f"both a minus and the letter {letter}"
    value = degrees + minutes / 60.0 + seconds / 3600.0
    whole = round(value, 9) if minutes or seconds else value
    return sign * _HEMISPHERES.get(letter, 1.0) * whole, ""


def _pointed(text: str) -> str:
    """Position with points: in 54°19,2'N a comma can only be the decimal mark."""
    is_marked = any(c.isalpha() or c in "°º˚" for c in text)
    return _COMMA_IN_NUMBER.sub(".", text) if is_marked else text


def is_plain_number(text: str) -> bool:
    """Whether a text is a number in decimal degrees, without letters or parts."""
    return _NUMBER.fullmatch(text) is not None


def _without_letter(text: str, axis: str) -> tuple[str, str, str]:
    """Text without its hemisphere letter, the letter, and a fault."""
    text = _WORDS.sub(lambda match: match.group(1)[0], text).strip()
    body, letter = text, ""
    if text[:1].isalpha():
        letter, body = text[0].upper(), text[1:]
    elif text[-1:].isalpha():
        letter, body = text[-1].upper(), text[:-1]
    if not letter:
        return body, "", ""
    if letter == "O":
        return "", "", "O is west in Spanish and French, east in German; write W or E"
    if letter in _AXIS[axis]:
        return body.strip(), letter, ""
    if letter in _HEMISPHERES:
        return "", "", f"the letter {letter} in a {axis}; are they swapped?"
    return "", "", "is no position"


def _separated(body: str) -> tuple[float, float, float, float, str]:
    if _NUMBER.fullmatch(body):
        value = float(body)
        return abs(value), 0.0, 0.0, math.copysign(1.0, value), ""
    match = _SEPARATED.fullmatch(body)
    if match is None:
        return 0.0, 0.0, 0.0, 1.0, "is no position"
    degrees = float(match["deg"])
    minutes, seconds = float(match["min"] or 0), float(match["sec"] or 0)
    sign = -1.0 if match["sign"] == "-" else 1.0
    fault = ""
    if minutes >= 60 or seconds >= 60:
        fault = "minutes and seconds go up to 60"
    elif match["min"] and degrees != math.floor(degrees):
        fault = "a fraction of degrees with minutes"
    elif match["sec"] and minutes != math.floor(minutes):
        fault = "a fraction of minutes with seconds"
    return degrees, minutes, seconds, sign, fault


def _run_together(body: str, form: str) -> tuple[float, float, float, float, str]:
    if not _NUMBER.fullmatch(body):
        return 0.0, 0.0, 0.0, 1.0, "is no position"
    value = float(body)
    size = abs(value) if form == "ddmm" else round(abs(value) * 100.0, 9)
    degrees, minutes = math.floor(size / 100.0), round(math.fmod(size, 100.0), 9)
    fault = "minutes and seconds go up to 60" if minutes >= 60 else ""
    return float(degrees), minutes, 0.0, math.copysign(1.0, value), fault


def split_position(text: str) -> tuple[str, str]:
    """Latitude and longitude of one text that holds both; empty if it does not.

    Examples
    --------
    >>> split_position("54°19.2'N 010°08.5'E")
    ("54°19.2'N", "010°08.5'E")
    >>> split_position("POINT (10.1 54.3)")
    ('54.3', '10.1')
    """
    text = text.strip()
    if match := _WKT.fullmatch(text):
        return match.group(2), match.group(1)
    if re.search(r"[NS]", text, re.IGNORECASE) and re.search(r"[EW]", text, re.I):
        text = _pointed(text)  # a comma between the two would follow a letter
    for mark in (";", "/", ","):
        parts = [part.strip() for part in text.split(mark)]
        if len(parts) == 2 and all(parts):
            return _in_order(parts[0], parts[1])
    match = re.fullmatch(r"(.*?[NSns])[\s,;]*(.*[EWew])", text)
    if match is None:
        match = re.fullmatch(r"([NSns].*?)[\s,;]*([EWew].*)", text)
    if match is None:
        match = re.fullmatch(r"([+-]?\d+\.\d+)\s+([+-]?\d+\.\d+)", text)
    return (match.group(1).strip(), match.group(2).strip()) if match else ("", "")


def _in_order(first: str, second: str) -> tuple[str, str]:
    """Latitude first, whichever way round letters say they stand."""
    letters = {text[:1].upper() for text in (first, first[::-1])}
    return (second, first) if letters & {"E", "W"} else (first, second)


def looks_like_minutes(lat: list[float], lon: list[float]) -> bool:
    """Whether decimals stay below 60 so often that they may be minutes.

    Of evenly spread hundredths, 60 % lie below 0.60; thirty positions of two digits
    that all do would come by chance once in 10^13.
    """
    values = [abs(value) for value in (*lat, *lon) if math.isfinite(value)]
    hundredths = [round(value * 100.0, 6) for value in values]
    if len(values) < 60 or any(h != math.floor(h) for h in hundredths):
        return False
    rests = [math.fmod(h, 100.0) for h in hundredths]
    return all(rest < 60.0 for rest in rests) and len(set(rests)) >= 12
