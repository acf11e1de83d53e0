"""Headings of many hands and languages: which field a column holds, and its unit."""

import re
import unicodedata
from dataclasses import dataclass

from core.observations.importers.reading.unit_words import plain_unit, rate_of

__all__ = ["Heading", "field_of", "parse_heading", "words_of"]

_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
#: Units that may end a heading without brackets: swept_area_km2, effort km2.
_TAIL_UNIT = re.compile(
    r"[\s_./](km2|km\^2|km²|m2|m\^2|m²|m3|m\^3|m³|ha|kg|g|utc|deg|degrees|dd)$"
    r"|(?<=length)[\s_./](m|km)$"  # behind other words it may stand for minutes
)
#: Words for each field, in the order they are tried. A modest list: what it does not
#: know, a person names in the mapping.
_WORDS: dict[str, str] = {
    "lat": "lat latitude latitud latitudine breite breitengrad decimallatitude "
    "latitudedecimal latdd declat startlatitude startlat latitudestart latstart "
    "shootlat beachlatitude ylat gpslatitude",
    "lon": "lon long lng longitude longitud longitudine lange langengrad laenge "
    "laengengrad decimallongitude longitudedecimal londd longdd declong declon "
    "startlongitude startlon longitudestart lonstart shootlong xlon gpslongitude",
    "position": "position coordinates coordinate koordinaten coordenadas coordonnees "
    "latlon latlong gps gpsposition geom wkt",
    "lat_hemisphere": "ns northsouth hemispherens lathemisphere latdir ns1",
    "lon_hemisphere": "ew eastwest hemisphereew lonhemisphere londir we",
    "lat_degrees": "latdeg latitudedegrees latdegrees latd",
    "lat_minutes": "latmin latitudeminutes latminutes latm",
    "lat_seconds": "latsec latitudeseconds latseconds lats",
    "lon_degrees": "londeg longdeg longitudedegrees londegrees lond",
    "lon_minutes": "lonmin longmin longitudeminutes lonminutes lonm",
    "lon_seconds": "lonsec longsec longitudeseconds lonseconds lons",
    "observed_at": "observedat datetime timestamp eventdate datetimeutc dateandtime "
    "zeitpunkt fechahora dateheure obstime samplingdatetime starttimeutc startdatetime",
    "date": "date datum fecha data dato sampledate samplingdate surveydate dateutc "
    "obsdate observationdate eventdate startdate tarih",
    "time": "time uhrzeit zeit hora heure ora timeutc starttime clock timegmt utctime",
    "year": "year yr jahr ano annee anno jaar yearutc samplingyear startyear",
    "month": "month monat mes mois mese maand monthutc samplingmonth startmonth",
    "day": "day tag dia jour giorno dag dayutc startday",
    "category": "category kategorie categoria categorie littercategory littertype "
    "debristype debriscategory material itemtype type art tipo",
    "item_code": "itemcode littercode code gcode jcode typecode itemid",
    "count": "count counts number anzahl cantidad nombre n items pieces stuckzahl "
    "stueckzahl numberofitems noofitems nitems numitems itemcount totalcount "
    "totalitems individualcount numberofpieces abundancecount numero conteggio",
    "mass_kg": "mass weight gewicht masse peso poids totalweight totalmass massa "
    "massekg litterweight",
    "effort": "effort area sweptarea sampledarea areasampled surveyedarea "
    "areasurveyed transectarea flache flaeche superficie surface towarea volume "
    "filteredvolume volumefiltered watervolume length surveylength surveyedlength "
    "beachlength transectlength lange2 volumen searchedarea areasearched",
    "value": "density dichte densidad densite densita concentration konzentration "
    "concentracion abundance abundanz abundancia itemdensity litterdensity "
    "debrisdensity totaldensity massconcentration",
    "survey": "survey cruise campaign campagne kampagne campana reise expedition "
    "project projekt proyecto surveyid surveyname cruiseid programme program dataset",
    "event": "event eventid station stationid stationno stationnumber tow towid haul "
    "haulno transect transectid sample sampleid sampleno estacion beachname beach "
    "samplingeventid site siteid trawl trawlid",
    "size_class": "sizeclass size grosse groesse grossenklasse tamano taille "
    "dimensione",
    "method": "method methode metodo samplingmethod samplingtype gear net netz "
    "samplingprotocol samplinggear platform",
    "source": "reference citation quelle literature shortreference",
    "note": "note notes remark remarks comment comments bemerkung observaciones "
    "remarques",
    "quality_flag": "qualityflag qcflag qartod",
    "replicate": "replicate replica replikat rep",
}
_FIELD = {word: name for name, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True)
class Heading:
    """A heading taken apart.

    Attributes
    ----------
    text : str
        As it stands.
    stem : str
        Small letters and digits only, without accents and unit.
    unit : str
        What stands in brackets or behind; empty if nothing.
    """

    text: str
    stem: str
    unit: str


def parse_heading(text: str, unit: str = "") -> Heading:
    """Take a heading apart.

    Parameters
    ----------
    text : str
        As it stands.
    unit : str
        Unit the file states apart, such as in a row of units; it wins.

    Examples
    --------
    >>> parse_heading("Fläche [km²]")
    Heading(text='Fläche [km²]', stem='flache', unit='km2')
    """
    lower = text.strip().lower()
    found = _BRACKETS.findall(lower)
    body = _BRACKETS.sub(" ", lower)
    stated = unit or (found[-1] if found else "")
    if rate_of(stated or lower):
        # "Microplastics (items/km2)", "pieces per km2": a value, whatever it is called.
        return Heading(text, "density", stated or lower)
    tail = _TAIL_UNIT.search(body)
    if tail and not stated:
        stated, body = tail[1] or tail[2], body[: tail.start()]
    return Heading(text, _stem(body), plain_unit(stated))


def _stem(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in plain if c.isascii() and c.isalnum())


def field_of(heading: Heading) -> str:
    """Field a heading names; empty if it is not among the words known.

    Examples
    --------
    >>> field_of(parse_heading("Breitengrad"))
    'lat'
    """
    return _FIELD.get(heading.stem, "")


def words_of(field: str) -> tuple[str, ...]:
    """Return the words that name a field, as `Heading.stem` has them.

    Examples
    --------
    >>> words_of("month")[:2]
    ('month', 'monat')
    """
    return tuple(_WORDS[field].split())
