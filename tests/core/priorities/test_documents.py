"""Harm weights as files: there and back, and what is refused."""

import copy

import pytest
import yaml

from core.errors import InputError
from core.priorities import (
    default_weights,
    parse_weights,
    read_weights,
    weights_from_document,
    weights_text,
    weights_to_document,
)


def test_document_there_and_back_is_the_same():
    weights = default_weights()
    again = weights_from_document(weights_to_document(weights), version="built in")
    assert again == weights


def test_text_there_and_back_is_the_same(tmp_path):
    file = tmp_path / "weights.yaml"
    file.write_text(weights_text(default_weights()))
    again = read_weights(file)
    assert again.version == "weights.yaml"
    assert again.named("built in") == default_weights()


def test_the_word_default_gives_the_built_in_weights():
    assert read_weights("default") == default_weights()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.yaml"):
        read_weights(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["weights"]["glass"]["toxic"].update(value=2.0), "glass, toxic"),
        (lambda d: d["weights"]["glass"]["toxic"].update(value="0,5"), "number"),
        (lambda d: d["weights"]["glass"]["toxic"].update(value=True), "number"),
        (lambda d: d["weights"]["glass"]["toxic"].update(source=""), "source"),
        (lambda d: d["weights"]["glass"]["toxic"].update(weight=1), "unknown weight"),
        (lambda d: d["weights"]["glass"].pop("toxic"), "lack toxic"),
        (lambda d: d["importance"]["toxic"].update(value=-1), "importance"),
        (lambda d: d.update(combine=3), "expected mean or max"),
        (lambda d: d.update(weights=[1]), "expected named fields"),
        (lambda d: d.pop("weights"), "expected named fields"),
    ],
)
def test_a_wrong_field_is_named(change, message):
    document = copy.deepcopy(weights_to_document(default_weights()))
    change(document)
    with pytest.raises(InputError, match=message):
        weights_from_document(document)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"[1, 2",
        b"- 1",
        b"!!python/object:os.system {}",
        b"a: b: c",
    ],
)
def test_broken_text_is_refused(data):
    with pytest.raises(InputError):
        parse_weights(data)


def test_aliases_that_grow_without_end_are_refused():
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    with pytest.raises(InputError, match="aliases"):
        parse_weights(bomb.encode())


def test_a_huge_text_is_refused():
    with pytest.raises(InputError, match="1 MB"):
        parse_weights(b" " * 1_000_001)


def test_text_says_that_figures_are_assumptions():
    document = yaml.safe_load(weights_text(default_weights()))
    assert document["weights"]["metal"]["toxic"]["source"].startswith("assumption")
