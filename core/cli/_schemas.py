"""The file layouts of the contract: fields, and an example that can be saved."""

from dataclasses import dataclass

__all__ = ["SCHEMAS", "Field", "Schema"]


@dataclass(frozen=True)
class Field:
    """One field: name, type with unit, whether it must be there, meaning."""

    name: str
    kind: str
    required: bool
    meaning: str


@dataclass(frozen=True)
class Schema:
    """One layout."""

    name: str
    what: str
    formats: str
    fields: tuple[Field, ...]
    example: str


_OBSERVATIONS = Schema(
    name="observations",
    what="What was seen: a row a sighting, or a searched stretch without one.",
    formats="csv, csv.gz, tsv, parquet",
    fields=(
        Field("lat", "degrees, WGS 84", True, "-90 to 90"),
        Field("lon", "degrees, WGS 84", True, "-180 to 180, or 0 to 360"),
        Field("observed_at", "ISO 8601, UTC", True, "no offset is read as UTC"),
        Field("category", "text", True, "one of the ten of docs/categories.md"),
        Field("count", "whole number", True, "0 with an effort is a real zero"),
        Field("mass_kg", "kg", False, "mass of all items of the row, if weighed"),
        Field("effort_km2", "km2", False, "sea area searched; empty if unknown"),
        Field("survey", "text", False, "name of the flight, cruise or table"),
        Field("size_class", "text", False, "such as macro, meso, micro"),
        Field("quality_flag", "1, 2, 3, 4, 9", False, "QARTOD; checked if empty"),
        Field("replicate", "text", False, "tells equal rows (replicate tows) apart"),
    ),
    example=(
        "lat,lon,observed_at,category,count,mass_kg,effort_km2,survey,size_class,"
        "quality_flag\n"
        "30.512,-140.204,2026-06-01T10:30:00Z,plastic,3,,0.12,north leg,macro,1\n"
        "30.655,-140.013,2026-06-01T11:00:00Z,fishing_gear,1,14.5,0.12,north leg,"
        "mega,1\n"
        "30.801,-139.822,2026-06-01T11:30:00Z,clean,0,,0.12,north leg,,1\n"
    ),
)

_SITES = Schema(
    name="sites",
    what="Where a vessel may collect.",
    formats="csv",
    fields=(
        Field("site", "text", True, "name, once in the file; 80 letters at most"),
        Field("lat", "degrees, WGS 84", True, "-90 to 90"),
        Field("lon", "degrees, WGS 84", True, "-180 to 180, or 0 to 360"),
        Field("mass_kg", "kg", True, "mass expected there, above 0"),
        Field("mass_kg_low", "kg", False, "lower bound; the mass itself if empty"),
        Field("mass_kg_high", "kg", False, "upper bound; the mass itself if empty"),
        Field("category", "text", False, "main category"),
        Field("priority", "number", False, "weight of the mass; 1 if empty"),
        Field("service_h", "hours", False, "time to collect; computed if empty"),
        Field("open_from", "ISO 8601, UTC", False, "no work there before"),
        Field("open_until", "ISO 8601, UTC", False, "no work there after"),
        Field("prefer_from", "ISO 8601, UTC", False, "work had best begin after"),
        Field("prefer_until", "ISO 8601, UTC", False, "work had best begin before"),
        Field("late_cost_kg_per_h", "kg/h", False, "worth lost an hour outside those"),
    ),
    example=(
        "site,lat,lon,mass_kg,mass_kg_low,mass_kg_high,category,priority,service_h,"
        "open_from,open_until,prefer_from,prefer_until,late_cost_kg_per_h\n"
        "A,30.5,-140.2,420,210,900,fishing_gear,1,2.5,,,,,\n"
        "B,30.9,-139.6,180,,,plastic,1,,2026-06-01T00:00Z,,,2026-06-03T12:00Z,10\n"
    ),
)

_FLEET = Schema(
    name="fleet",
    what="Vessels and the ports they start from, unload in and end at.",
    formats="yaml",
    fields=(
        Field("vessels[].name", "text", True, "once in the file"),
        Field("vessels[].speed_kn", "kn", True, "under way"),
        Field("vessels[].collect_speed_kn", "kn", True, "while collecting"),
        Field("vessels[].sweep_width_m", "m", True, "width cleared"),
        Field("vessels[].hold_kg", "kg", True, "what the hold takes"),
        Field("vessels[].endurance_h", "hours", True, "longest trip"),
        Field("vessels[].fuel_l_per_h", "l/h", True, "under way"),
        Field("vessels[].collect_fuel_l_per_h", "l/h", False, "while collecting"),
        Field("vessels[].cost_per_h", "currency/h", False, "crew and charter"),
        Field("vessels[].max_wave_m", "m", False, "waves it still collects in"),
        Field("vessels[].max_wind_m_s", "m/s", False, "wind it still collects in"),
        Field("vessels[].crew_hours_per_day", "hours", False, "work in 24 h"),
        Field("vessels[].shift_start", "HH:MM, UTC", False, "when their day begins"),
        Field("vessels[].length_m", "m", False, "at the waterline"),
        Field("vessels[].start", "{port: LOCODE} or {lat, lon}", True, "where it is"),
        Field("vessels[].end", "{port: LOCODE} or {lat, lon}", False, "else its start"),
        Field("ports[].locode", "text", True, "UN/LOCODE, or name"),
        Field("ports[].name", "text", False, "name for people"),
        Field("ports[].lat", "degrees, WGS 84", True, "-90 to 90"),
        Field("ports[].lon", "degrees, WGS 84", True, "-180 to 180, or 0 to 360"),
        Field("ports[].unload_h", "hours", False, "time to unload; 0 if empty"),
        Field("ports[].open", "[[HH:MM, HH:MM]]", False, "hours of each day, UTC"),
    ),
    example=(
        "vessels:\n"
        "  - name: Alka\n"
        "    speed_kn: 10\n"
        "    collect_speed_kn: 2\n"
        "    sweep_width_m: 20\n"
        "    hold_kg: 4000\n"
        "    endurance_h: 72\n"
        "    fuel_l_per_h: 90\n"
        "    cost_per_h: 350\n"
        "    max_wave_m: 2.5\n"
        "    crew_hours_per_day: 14\n"
        "    shift_start: '16:00'\n"
        "    start: {port: USHNL}\n"
        "    end: {port: USHNL}\n"
        "ports:\n"
        "  - {locode: USHNL, name: Honolulu, lat: 21.28, lon: -157.87, unload_h: 4,\n"
        "     open: [['16:00', '04:00']]}\n"
    ),
)

_PLAN = Schema(
    name="plan",
    what="A cleanup plan, as 'plan' writes it.",
    formats="json",
    fields=(
        Field("seed", "whole number", True, "the same seed gives the same plan"),
        Field("solver", "text", True, "what planned it"),
        Field("totals", "kg, l, kg, currency, hours", True, "sums, mass with bounds"),
        Field("vessels[].name", "text", True, "as in the fleet"),
        Field("vessels[].trips[].stops[]", "object", True, "site, lat, lon, times, kg"),
        Field("vessels[].trips[].legs[]", "object", True, "path [lon, lat], km, h, l"),
        Field("vessels[].trips[].load_kg", "kg", True, "in the hold at its end"),
        Field("vessels[].trips[].hours", "hours", True, "length of the trip"),
        Field("unassigned[]", "object", True, "site, reason of a closed list, detail"),
    ),
    example=(
        '{"seed": 1, "solver": "pyvrp",\n'
        ' "totals": {"mass_kg": 420, "mass_kg_low": 210, "mass_kg_high": 900,\n'
        '            "fuel_l": 2160, "co2_kg": 5789, "cost": 8400, "hours": 24},\n'
        ' "vessels": [{"name": "Alka", "trips": [{\n'
        '   "stops": [{"site": "A", "lat": 30.5, "lon": -140.2,\n'
        '              "arrive": "2026-06-02T06:00:00Z",\n'
        '              "leave": "2026-06-02T08:30:00Z", "mass_kg": 420}],\n'
        '   "legs": [{"path": [[-141.9, 30.1], [-140.2, 30.5]],\n'
        '             "distance_km": 169.4, "hours": 9.1, "fuel_l": 823}],\n'
        '   "load_kg": 420, "hours": 24}]}],\n'
        ' "unassigned": [{"site": "B", "reason": "endurance",\n'
        '                 "detail": "1.5 h beyond the longest trip"}]}\n'
    ),
)

_SEEDS = Schema(
    name="seeds",
    what="Where debris was seen, for 'drift' to follow.",
    formats="csv, csv.gz, parquet",
    fields=(
        Field("lat", "degrees, WGS 84", True, "-90 to 90"),
        Field("lon", "degrees, WGS 84", True, "-180 to 180, or 0 to 360"),
        Field(
            "time", "ISO 8601, UTC", False, "when it was there; see --start if empty"
        ),
        Field("category", "text", False, "sets the windage; unknown debris if empty"),
        Field("mass_kg", "kg", False, "for the mass expected ashore"),
        Field("seed_id", "text", False, "a name to be shown"),
        Field("radius_m", "m", False, "standard deviation of the position"),
    ),
    example=(
        "lat,lon,time,category,mass_kg,seed_id,radius_m\n"
        "-35.51,20.24,2002-01-02T06:00:00Z,fishing_gear,120,net off the cape,500\n"
        "-36.02,21.77,2002-01-02T09:00:00Z,bottle,,,\n"
        "-35.20,23.05,,,,,\n"
    ),
)

SCHEMAS: dict[str, Schema] = {
    schema.name: schema for schema in (_OBSERVATIONS, _SITES, _FLEET, _PLAN, _SEEDS)
}
