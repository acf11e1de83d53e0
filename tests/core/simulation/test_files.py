"""Photo files appear whole or not at all, and are painted once."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import InputError
from core.imagery import decode_photo, find_photos
from core.simulation import SimulatedSea, SurveyFlight, write_photos
from core.simulation.files import survey_folder


@pytest.fixture(scope="module")
def flights(sea: SimulatedSea) -> list[SurveyFlight]:
    return [replace(flight, photos=flight.photos[:3]) for flight in sea.flights]


def test_each_survey_gets_a_folder_of_photos(
    flights: list[SurveyFlight], tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    written = write_photos(
        flights, tmp_path, size_px=64, progress=lambda *step: seen.append(step)
    )
    assert [len(paths) for paths in written] == [3, 3]
    assert seen[-1] == (6, 6)
    assert find_photos([tmp_path]) == sorted(path for part in written for path in part)
    photo = decode_photo(written[1][2].read_bytes(), name="p.jpg")
    assert photo.taken_at == flights[1].photos[2].taken_at
    assert photo.lat == pytest.approx(flights[1].photos[2].lat, abs=3e-6)


def test_second_run_leaves_files_alone_and_fills_gaps(
    flights: list[SurveyFlight], tmp_path: Path
) -> None:
    (paths, _) = write_photos(flights, tmp_path, size_px=64)
    before = paths[0].stat().st_mtime_ns
    content = paths[1].read_bytes()
    paths[1].unlink()
    write_photos(flights, tmp_path, size_px=64)
    assert paths[0].stat().st_mtime_ns == before
    assert paths[1].read_bytes() == content
    assert not list(tmp_path.rglob("*.part"))


def test_folder_that_is_a_file_is_refused(
    flights: list[SurveyFlight], tmp_path: Path
) -> None:
    taken = tmp_path / "photos"
    taken.write_text("not a folder")
    with pytest.raises(InputError, match="cannot write into"):
        write_photos(flights, taken)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Simulated drone survey, south fronts", "simulated-drone-survey-south-fronts"),
        ("../../etc/passwd", "etc-passwd"),
        ("Été 2026", "t-2026"),
    ],
)
def test_folder_names_are_plain(name: str, folder: str) -> None:
    assert survey_folder(name) == folder
