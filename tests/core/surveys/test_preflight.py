from datetime import UTC, datetime

import pytest

from core.errors import InputError
from core.surveys import FileState, are_simulated, check_files
from tests.core.imagery.photo_files import (
    ASCII,
    encoded,
    exif_block,
    gps_tags,
    picture,
    png_claiming,
    tag,
)
from tests.core.surveys.fakes import RED, photo_file


def placed(width=80, **gps):
    times = [tag(0x9003, ASCII, "2025:06:01 12:00:00"), tag(0x9011, ASCII, "+00:00")]
    block = exif_block(exif=times, gps=gps_tags(**gps))
    return encoded(picture(width), exif=block)


def test_every_file_gets_a_row_in_order_and_none_stops_the_others():
    good, broken = placed(), placed(90)
    rows = list(
        check_files(
            [
                ("a.jpg", good),
                ("empty.jpg", b""),
                ("text.jpg", b"hello there"),
                ("cut.jpg", broken[: len(broken) // 2]),
                ("huge.png", png_claiming(13_000, 13_100)),
                ("../b.jpg", broken),
            ]
        )
    )
    assert [row.name for row in rows] == [
        "a.jpg",
        "empty.jpg",
        "text.jpg",
        "cut.jpg",
        "huge.png",
        "b.jpg",
    ]
    assert [row.state.value for row in rows] == [
        "ready",
        "refused",
        "refused",
        "refused",
        "refused",
        "ready",
    ]
    for row, reason in zip(
        rows[1:5], ("empty", "text", "cut short", "170 megapixels"), strict=True
    ):
        assert reason in row.problem
        assert not row.will_run


def test_a_sound_photo_tells_its_size_time_and_place():
    data = placed()
    (row,) = check_files([("a.jpg", data)])
    assert row.state is FileState.READY
    assert row.problem == ""
    assert (row.width, row.height, row.n_bytes) == (80, 60, len(data))
    assert row.taken_at == datetime(2025, 6, 1, 12, tzinfo=UTC)
    assert [row.lat, row.lon] == pytest.approx([31.5, -140.26])


def test_missing_and_doubtful_positions_are_told_apart():
    nought = ((0, 1), (0, 1), (0, 1))
    rows = list(
        check_files([("a", encoded(picture())), ("b", placed(lat=nought, lon=nought))])
    )
    assert rows[0].state is FileState.NO_POSITION
    assert "no position" in rows[0].problem
    assert rows[1].state is FileState.DOUBTFUL_POSITION
    assert all(row.will_run for row in rows)


def test_the_same_content_counts_once_whatever_its_name():
    data = placed()
    seen: set[str] = set()
    first = list(check_files([("a.jpg", data), ("copy.jpg", data)], seen=seen))
    assert [row.state for row in first] == [FileState.READY, FileState.REPEATED]
    (later,) = check_files([("again.jpg", data)], seen=seen)
    assert later.state is FileState.REPEATED
    assert not later.will_run


def test_photos_of_other_surveys_are_named():
    (row,) = check_files([("a.jpg", placed())], counted_in=lambda sha: "May flight")
    assert row.state is FileState.COUNTED_BEFORE
    assert "May flight" in row.problem


def test_files_are_taken_one_at_a_time():
    taken = []

    def upload():
        for i in range(3):
            taken.append(i)
            yield f"{i}.jpg", placed(80 + i)

    rows = check_files(upload())
    next(rows)
    assert taken == [0]


def test_a_simulated_photo_says_so_and_stays_usable():
    (row,) = check_files([("a.jpg", photo_file(RED, simulated=True))])
    assert row.state is FileState.READY
    assert row.simulated
    assert row.problem == "simulated photo, not an observation"


def test_only_photos_that_will_run_decide_whether_a_survey_is_simulated():
    painted = photo_file(RED, simulated=True)
    rows = list(check_files([("a", painted), ("b", painted), ("c", b"words")]))
    assert are_simulated(rows)
    assert not are_simulated(check_files([("a", placed())]))
    assert not are_simulated([])


def test_a_mix_of_simulated_and_real_photos_is_refused_with_the_way_out():
    items = [("real.jpg", placed()), ("painted.jpg", photo_file(RED, simulated=True))]
    with pytest.raises(InputError, match=r"1 of 2 .*painted\.jpg.*leave one kind out"):
        are_simulated(check_files(items))
