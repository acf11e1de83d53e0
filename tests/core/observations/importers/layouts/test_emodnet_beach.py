"""Rules of beach litter workbooks of four sheets. The beaches are made up."""

from datetime import UTC, datetime

import pytest

from core.errors import ObservationError
from core.observations.importers import import_file
from tests.core.observations.importers.workbooks import xlsx

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BEACH: list[list[object]] = [
    ["RefNo", "BeachName", "Country", "Latitude", "Longitude", "Coordinate system"],
    ["XX000001", "Strand A", "XX", 53.5, -9.9, "WGS84"],
    ["XX000002", "Strand B", "XX", 53.6, -9.8, "local grid"],
]
SURVEY: list[list[object]] = [
    ["SurveyCode", "RefNo", "SurveyDate", "SurveyLength (m)", "ReferenceList"],
    ["S1", "XX000001", datetime(2019, 4, 13), 100, "OSPAR 100 m"],
    ["S2", "XX000002", datetime(2019, 4, 14), 50, "TSG-ML"],
    ["S3", "XX000002", datetime(2019, 7, 14), 50, "TSG-ML"],
    ["S4", "XX000009", datetime(2019, 7, 14), 50, "TSG-ML"],
]
ANIMALS: list[list[object]] = [["SurveyCode", "Animal"], ["S1", "gull"]]
LITTER: list[list[object]] = [
    ["SurveyCode", "LitterCode", "Number"],
    ["S1", "16", 4],
    ["S2", "G124", 3],
    ["S2", "G7", -1],
    ["S9", "G7", 1],
]


def book(**changed):
    sheets = {"Beach": BEACH, "Survey": SURVEY, "Animals": ANIMALS, "Litter": LITTER}
    return xlsx({**sheets, **changed})


@pytest.fixture
def imported(written):
    def run(content):
        return import_file(written("beaches.xlsx", content), now=NOW)

    return run


def test_counts_come_with_the_place_and_length_of_their_survey(imported):
    result = imported(book())
    assert result.profile == "emodnet-beach"
    frame = result.measurements
    columns = ["event", "item_list", "item_code", "count", "value"]
    assert frame[columns].to_numpy().tolist() == [
        ["Strand B", "", "", 0.0, 0.0],  # S3 found nothing
        ["Strand A", "OSPAR 100 m", "16", 4.0, 4.0],
        ["Strand B", "TSG-ML", "G124", 3.0, 6.0],
    ]
    assert result.notes["sheets_left_aside"] == 1


def test_every_record_of_the_workbook_has_its_own_number(imported):
    result = imported(book())
    # 2 beaches, 4 surveys, 1 animal, 4 items: the litter starts at 8.
    assert result.n_rows == 10
    assert [(r.row, r.reason) for r in result.rejected] == [
        (6, "no beach of this number"),
        (10, "count is negative"),
        (11, "no search of this name could be read"),
    ]


def test_another_coordinate_system_is_a_doubt(imported):
    result = imported(book())
    assert [(d.row, d.value) for d in result.doubts] == [(2, "local grid")]


def test_a_workbook_without_its_litter_says_what_it_lacks(imported):
    with pytest.raises(ObservationError, match=r"EMODnet.*lacks code in a sheet of li"):
        imported(book(Litter=[["SurveyCode", "Number"], ["S1", 4]]))
