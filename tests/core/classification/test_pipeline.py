import pytest

from core.classification import LOW_CONFIDENCE, OK, REJECTED, classify_bytes
from core.classification import classify_files as files
from core.imagery import Limits, content_hash, find_photos

USED = {OK, LOW_CONFIDENCE}


def test_good_and_bad_files_get_a_row_each_in_input_order(classifier, mixed_folder):
    paths = find_photos([mixed_folder])
    results = list(files(paths, classifier))
    assert [result.file for result in results] == [str(path) for path in paths]
    good = [result for result in results if result.status in USED]
    bad = [result for result in results if result.status == REJECTED]
    assert len(good) == 3
    assert len(bad) == 4
    for result in good:
        assert result.category in classifier.categories
        assert result.confidence == max(result.probabilities)
        assert sum(result.probabilities) == pytest.approx(1)
        assert (result.width, result.height) == (400, 300)
    for result in bad:
        assert result.reason
        assert result.category == ""
        assert result.confidence is None
        assert result.probabilities == ()


def test_the_status_follows_the_threshold_of_the_manifest(classifier, mixed_folder):
    threshold = classifier.manifest.low_confidence
    for result in files(find_photos([mixed_folder]), classifier):
        if result.status == LOW_CONFIDENCE:
            assert result.confidence < threshold
            assert "below" in result.reason
        elif result.status == OK:
            assert result.confidence >= threshold


def test_a_photo_that_comes_twice_is_marked_the_second_time(classifier, make_jpeg):
    one, two = make_jpeg(1), make_jpeg(2)
    items = [("x.jpg", one), ("y.jpg", two), ("z.jpg", one), ("x.jpg", one)]
    results = list(classify_bytes(items, classifier))
    assert [result.same_as for result in results] == ["", "", "x.jpg", "x.jpg"]
    assert results[2].status == results[0].status
    assert results[2].sha256 == content_hash(one)
    assert "same photo as x.jpg" in results[2].reason


def test_progress_counts_up_and_cancelling_ends_early(classifier, make_jpeg):
    items = [(f"{n}.jpg", make_jpeg(n)) for n in range(30)]
    seen = []
    results = list(
        classify_bytes(
            items,
            classifier,
            progress=lambda done, total: seen.append((done, total)),
            cancelled=lambda: len(seen) >= 5,
        )
    )
    assert len(results) == 5
    assert seen == [(n, 30) for n in range(1, 6)]


def test_a_file_that_vanishes_is_a_row_and_not_a_crash(classifier, tmp_path):
    (result,) = files([tmp_path / "gone.jpg"], classifier)
    assert result.status == REJECTED
    assert result.sha256 == ""
    assert "cannot be read" in result.reason


def test_limits_reach_the_decoder(classifier, make_jpeg):
    limits = Limits(max_pixels=1000)
    (result,) = classify_bytes([("a.jpg", make_jpeg(1))], classifier, limits=limits)
    assert result.status == REJECTED


def test_no_photo_gives_no_result(classifier):
    assert list(files([], classifier)) == []
