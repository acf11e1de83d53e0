"""Rules of Darwin Core archives about litter. The events are made up."""

from datetime import UTC, datetime

import pytest

from core.errors import ObservationError
from core.observations.importers import import_file
from tests.core.observations.importers.workbooks import zipped

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TERMS = "http://rs.tdwg.org/dwc/terms/"


def table(tag, kind, file, terms, key):
    fields = "".join(
        f'<field index="{i}" term="{TERMS}{term}"/>' for i, term in enumerate(terms)
    )
    return (
        f'<{tag} encoding="UTF-8" fieldsTerminatedBy="," fieldsEnclosedBy="&quot;" '
        f'ignoreHeaderLines="1" rowType="{TERMS}{kind}"><files><location>{file}'
        f'</location></files><{key} index="0"/>{fields}</{tag}>'
    )


EVENT = [
    "eventID", "eventDate", "decimalLatitude", "decimalLongitude", "samplingProtocol",
    "sampleSizeValue", "sampleSizeUnit",
]  # fmt: skip
FACT = ["eventID", "measurementType", "measurementValue", "measurementUnit"]
META = (
    '<archive xmlns="http://rs.tdwg.org/dwc/text/">'
    + table("core", "Event", "event.csv", EVENT, "id")
    + table("extension", "ExtendedMeasurementOrFact", "emof.csv", FACT, "coreid")
    + "</archive>"
)
EVENTS = (
    ",".join(EVENT) + "\n"
    "e1,2015-07-25T21:30Z/2015-07-25T23:03Z,33.5,-140.1,Manta net,2000,m2\n"
    "e2,2015-07,53.5,-9.9,Beach survey,100,m\n"
    "e3,2015,33.5,-140.1,,10,m3\n"
)


@pytest.fixture
def imported(written):
    def run(*facts, events=EVENTS, meta=META):
        lines = "\n".join([",".join(FACT), *facts]) + "\n"
        members = {"meta.xml": meta, "event.csv": events, "emof.csv": lines}
        return import_file(written("t.zip", zipped(members)), now=NOW)

    return run


def test_rates_and_counts_are_read_with_their_event(imported):
    result = imported(
        "e1,all debris,1000,items/km2",
        "e1,plastic pellets,4,items",
        "e2,litter items,12,count",
        "e1,sea surface temperature,20,degree Celsius",
    )
    assert result.profile == "darwin-core"
    frame = result.measurements
    assert frame[["quantity", "medium", "value"]].to_numpy().tolist() == [
        ["items_per_km2", "sea_surface", 2000.0],  # 4 in 2000 m2
        ["items_per_100m", "shore", 12.0],
    ]
    assert frame["time_precision"].tolist() == ["instant", "month"]
    assert frame["category"].tolist() == ["plastic", "any_debris"]
    assert result.notes["measurements_of_other_things"] == 1
    # The total of e1 is left aside, since its plastic stands beside.
    assert result.notes["totals_left_aside"] == 1


def test_what_cannot_be_placed_is_refused(imported):
    result = imported(
        "e9,litter items,12,count",
        "e3,litter items,12,count",
        "e1,litter items,12,stones",
        "e1,litter items,many,items/km2",
    )
    assert [(r.row, r.field) for r in result.rejected] == [
        (1, "eventID"),
        (2, "samplingProtocol"),
        (3, "measurementUnit"),
        (4, "value"),
    ]


def test_living_things_are_no_litter(imported, written):
    meta = META[: META.index("<extension")] + "</archive>"
    with pytest.raises(ObservationError, match="records of living things"):
        imported(meta=meta)
