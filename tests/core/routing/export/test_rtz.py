"""RTZ files: what they hold, and that the check finds every kind of fault."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.errors import CleanupWarning, RouteInputError
from core.geo import great_circle_distance_km
from core.routing.export import check_rtz, read_rtz, rtz_files, to_rtz
from core.routing.schedule import Leg

NS = {"r": "http://www.cirm.org/RTZ/1/2"}
OLD = {"r": "http://www.cirm.org/RTZ/1/0"}


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def attribute(row: ET.Element | None, name: str) -> float:
    assert row is not None
    return float(row.attrib[name])


def test_a_voyage_holds_ports_stops_times_and_speed(plan):
    root = parsed(to_rtz(plan))
    info = root.find("r:routeInfo", NS)
    assert info is not None
    assert info.get("vesselName") == "=Alma"
    assert "simulated" in info.get("routeStatus", "")
    points = root.findall("r:waypoints/r:waypoint", NS)
    rows = root.findall(".//r:scheduleElement", NS)
    assert [p.get("id") for p in points] == [r.get("waypointId") for r in rows]
    assert points[0].find("r:leg", NS) is None
    assert all(p.find("r:leg", NS) is not None for p in points[1:])
    assert rows[0].get("etd") == "2026-06-01T00:00:00Z"
    assert "eta" not in rows[0].attrib
    assert {float(r.get("speed", "0")) for r in rows[1:]} == {12.0}
    stop = next(r for r in rows if "collect 200 kg" in r.get("Note", ""))
    first = plan.vessels[0].trips[0]
    site = next(s for s in first.stops if s.mass_kg == 200.0)
    seconds = round((site.leave - site.arrive).total_seconds())
    minutes, second = divmod(seconds, 60)
    assert stop.get("stay") == f"PT{minutes // 60}H{minutes % 60}M{second}S"


def test_version_1_0_has_its_namespace_and_no_revision(plan):
    root = parsed(to_rtz(plan, version="1.0"))
    assert root.get("version") == "1.0"
    points = root.findall("r:waypoints/r:waypoint", OLD)
    assert len(points) > 2
    assert all(p.get("revision") is None for p in points)
    assert all(
        p.get("revision") == "1"
        for p in parsed(to_rtz(plan)).findall("r:waypoints/r:waypoint", NS)
    )


def test_the_route_is_named_as_its_file(plan):
    for name, text in rtz_files(plan, stem="R").items():
        info = parsed(text).find("r:routeInfo", NS)
        assert info is not None
        assert f"{info.get('routeName')}.rtz" == name
    assert list(rtz_files(plan)) == ["Alma-20260601.rtz"]


def test_each_vessel_that_sails_has_a_file_of_its_own_name(plan):
    one = plan.vessels[0]
    names = ["a/b", "A:B", "💧", "idle"]
    fleet = [replace(one, name=name) for name in names[:3]]
    fleet.append(replace(one, name="idle", trips=()))
    files = rtz_files(replace(plan, vessels=tuple(fleet)))
    assert list(files) == [
        "a_b-20260601.rtz",
        "A_B-20260601-2.rtz",
        "vessel-20260601.rtz",
    ]
    assert [read_rtz(text).trips[0].vessel for text in files.values()] == names[:3]


def test_a_port_come_back_to_is_set_back_along_the_leg(plan):
    points = parsed(to_rtz(plan)).findall("r:waypoints/r:waypoint/r:position", NS)
    places = [(attribute(p, "lat"), attribute(p, "lon")) for p in points]
    assert len(set(places)) == len(places)
    (lat1, lon1), (lat2, lon2) = places[0], places[-1]
    apart = great_circle_distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    assert apart == pytest.approx(0.0926, abs=1e-3)
    end = read_rtz(to_rtz(plan)).trips[0].end
    assert end is not None
    assert (end.lat, end.lon) == (40.0, 179.0)


def test_neighbours_at_one_place_are_one_waypoint(plan):
    """A site at the quay: the leg has no length, the waypoint has both calls."""
    trip = plan.vessels[0].trips[0]
    port = trip.legs[0].path[0]
    still = Leg(np.array([port, port]), trip.depart, 0.0, 0.0, 0.0)
    on = Leg(np.array([port, trip.legs[1].path[-1]]), trip.depart, 100.0, 5.0, 0.0)
    quay = replace(
        trip.stops[0],
        lat=port[0],
        lon=port[1],
        arrive=trip.depart,
        start=trip.depart,
        leave=trip.depart,
    )
    moved = replace(trip, legs=(still, on, trip.legs[2]), stops=(quay, trip.stops[1]))
    vessel = replace(plan.vessels[0], trips=(moved,))
    text = to_rtz(replace(plan, vessels=(vessel,)))
    first = parsed(text).find("r:waypoints/r:waypoint", NS)
    assert first is not None
    kinds = [e.get("name") for e in first.iterfind("r:extensions/r:extension", NS)]
    assert kinds == ["start", "stop"]
    assert check_rtz(text) == []


def test_one_vessel_a_file(plan):
    with pytest.raises(RouteInputError, match="'Berta' has no trip"):
        to_rtz(plan, "Berta")
    twice = (plan.vessels[0], replace(plan.vessels[0], name="Berta"))
    with pytest.raises(RouteInputError, match="=Alma, Berta"):
        to_rtz(replace(plan, vessels=twice))
    assert rtz_files(replace(plan, vessels=())) == {}


def test_a_route_too_large_for_bridge_systems_is_told(plan):
    trip = plan.vessels[0].trips[0]
    zigzag = np.array([[40.0 + 0.1 * (i % 2), -170.0 + 0.01 * i] for i in range(1200)])
    ends = (trip.legs[0].path[0], trip.legs[0].path[-1])
    long = replace(trip.legs[0], path=np.vstack([ends[0], zigzag, ends[1]]))
    vessel = replace(
        plan.vessels[0], trips=(replace(trip, legs=(long, *trip.legs[1:])),)
    )
    with pytest.warns(CleanupWarning, match="may refuse more than 400 kB"):
        text = to_rtz(replace(plan, vessels=(vessel,)))
    assert any("expected below 400000" in fault for fault in check_rtz(text))


GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<route xmlns="http://www.cirm.org/RTZ/1/2" version="1.2">
 <routeInfo routeName="a" vesselVoyage="7"/>
 <waypoints>
  <defaultWaypoint radius="0.5"><leg geometryType="Loxodrome"/></defaultWaypoint>
  <waypoint id="7" revision="0"><position lat="1.5" lon="-180"/></waypoint>
  <waypoint id="3" revision="0" radius="5"><position lat="2" lon="179.9"/>
   <leg speedMax="9.5" starboardXTD="0.1"/></waypoint>
 </waypoints>
 <schedules><schedule id="0"><manual>
  <scheduleElement waypointId="7" etd="2026-06-01T10:00:00Z"/>
  <scheduleElement waypointId="3" eta="2026-06-01T12:00:00Z" stay="PT1H"
   windDirection="359.9"/>
 </manual></schedule></schedules>
 <extensions><extension manufacturer="m" name="n"><x xmlns="urn:x"/></extension>
 </extensions>
</route>"""


def test_a_good_file_of_another_maker_has_no_faults():
    assert check_rtz(GOOD) == []
    assert check_rtz(GOOD.encode()) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('version="1.2"', 'version="1.0"', "version is '1.0', expected 1.2"),
        ("RTZ/1/2", "RTZ/2/0", "expected route of an RTZ namespace"),
        (' routeName="a"', "", "routeInfo lacks routeName"),
        ('routeName="a"', 'routeName=""', "routeName is empty"),
        ('vesselVoyage="7"', 'vesselFlag="GR"', "attribute vesselFlag"),
        (' <routeInfo routeName="a" vesselVoyage="7"/>\n', "", "route lacks routeInfo"),
        ('id="7"', 'id="-7"', "id '-7' of waypoint -7 is no non-negative"),
        ('id="7"', 'id="3"', "waypoint id 3 stands twice"),
        ('id="7" revision="0"', 'id="7"', "waypoint 7 lacks revision"),
        ('radius="5"', 'radius="5.1"', "is outside 0 to 5"),
        ('radius="5"', 'radius="nan"', "is no decimal number"),
        ('lat="1.5"', 'lat="90.5"', "is outside -90 to 90"),
        ('lon="-180"', 'lon="180"', "is outside -180 to below 180"),
        ('lat="2" lon="179.9"', 'lat="1.5" lon="-180.0"', "are at one place"),
        ('<position lat="1.5" lon="-180"/>', "", "waypoint 7 lacks position"),
        ('lon="-180"/>', 'lon="-180"/><leg/>', "the first waypoint has a leg"),
        ('"Loxodrome"', '"loxodrome"', "is no Loxodrome or Orthodrome"),
        ('speedMax="9.5"', 'speedMax="fast"', "speedMax 'fast' of leg is no decimal"),
        ('speedMax="9.5"', 'speed="9.5"', "attribute speed, which is not"),
        ('waypointId="3"', 'waypointId="4"', "names waypoint 4, which does not"),
        ("12:00:00Z", "12:00:00", "is no time in UTC"),
        ("12:00:00Z", "12:00:00+02:00", "is no time in UTC"),
        ("06-01T12:00", "06-31T12:00", "is no date of the calendar"),
        ("T12:00:00Z", "T09:00:00Z", "comes after 2026-06-01T10:00:00Z"),
        ('"PT1H"', '"1 h"', "is no duration"),
        ('"359.9"', '"360"', "is outside 0 to below 360"),
        ('manufacturer="m" ', "", "extension lacks manufacturer"),
        ("<schedules>", "<schedules/><schedules>", "route holds schedules twice"),
        (" <extensions>", " <routeInfo routeName='b'/><extensions>", "stands after"),
        ("<manual>", "<guess/><manual>", "guess, which is not in the schema"),
        ("</route>", "", "not well-formed"),
    ],
)
def test_each_fault_is_found(old, new, fault):
    assert old in GOOD
    faults = check_rtz(GOOD.replace(old, new, 1))
    assert any(fault in one for one in faults), faults


def test_one_waypoint_is_too_few():
    start = GOOD.index('  <waypoint id="3"')
    end = GOOD.index(" </waypoints>")
    faults = check_rtz(GOOD[:start] + GOOD[end:])
    assert any("1 waypoints, expected at least 2" in one for one in faults)


def test_times_of_a_plan_run_forward(plan):
    rows = parsed(to_rtz(plan)).findall(".//r:scheduleElement", NS)
    times = [r.get(n, "") for r in rows for n in ("eta", "etd") if r.get(n)]
    assert all(a <= b for a, b in pairwise(times))
