import json
import time

from core.mlops.training.follow import HistoryFollower, progress_words, read_history


def add(path, text):
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_lines_that_a_kill_cut_short_are_passed_over(tmp_path):
    path = tmp_path / "history.jsonl"
    assert read_history(path) == []
    add(path, '{"epoch": 1}\n[]\n{"epoch": "x"}\n{"epo')
    assert read_history(path) == [{"epoch": 1}]


def test_old_lines_come_at_once_and_new_ones_as_they_are_written(tmp_path):
    path = tmp_path / "history.jsonl"
    add(path, '{"epoch": 1}\n')
    calls = []

    def grown(rows, seen):
        calls.append(([row["epoch"] for row in rows], seen))

    with HistoryFollower(path, grown, every_s=0.01):
        assert calls == [([1], 0)]
        add(path, '{"epoch": 2}\n')
        until = time.monotonic() + 10
        while len(calls) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert calls[1:] == [([1, 2], 1)]
        add(path, '{"epoch": 3}\n')
    assert calls[-1][0] == [1, 2, 3]


def test_a_watcher_that_fails_does_not_end_what_it_watches(tmp_path, caplog):
    path = tmp_path / "history.jsonl"
    add(path, json.dumps({"epoch": 1}) + "\n")

    def fails(rows, seen):
        raise OSError("disk")

    with HistoryFollower(path, fails):
        pass
    assert "disk" in caplog.text


def test_time_left_counts_the_runs_to_come():
    rows = [{"epoch": 1, "loss": 2.0, "seconds": 600}]
    assert progress_words("run 1", rows, 4, n_later=3) == (
        "run 1: epoch 1 of 4, loss 2.000, about 60 min left"
    )
    assert progress_words("run 1", rows, 20).endswith("about 3.2 h left")
    assert progress_words("run 1", [{"epoch": 4}], 4) == "run 1: epoch 4 of 4"
