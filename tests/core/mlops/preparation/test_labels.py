"""Foreign labels: by a list or a person, or unknown; never by likeness."""

import pytest

from core.errors import InputError
from core.mlops.preparation.labels import LabelMap, read_label_map


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("plastic", "plastic"),
        ("Paper_Cardboard", "paper_cardboard"),
        ("cardboard", "paper_cardboard"),  # TrashNet
        ("Clear plastic bottle", "plastic"),  # TACO
        ("Drink can", "metal"),  # TACO
        ("animal_starfish", "biota"),  # TrashCan
        ("trash_fishing_gear", "fishing_gear"),
        ("rov", "ignore"),
        ("G7", "plastic"),  # TSG-ML: drink bottles
        ("OSPAR:4", "plastic"),
    ],
)
def test_names_of_known_lists_are_understood(label, category):
    meaning = LabelMap().meaning(label)
    assert meaning.category == category
    assert meaning.rule.startswith(("list", "litter list", "our category"))


@pytest.mark.parametrize("label", ["plstic", "bottle", "trash", "", "4", "\u202egnp"])
def test_what_no_list_names_stays_unknown(label):
    meaning = LabelMap().meaning(label)
    assert meaning.category == ""
    assert meaning.rule.startswith("no list names it")


def test_a_likely_meaning_is_only_suggested():
    assert LabelMap().meaning("plstic").rule == "no list names it; perhaps plastic"


def test_debris_of_no_material_is_a_class_of_boxes_only():
    assert LabelMap().meaning("trash_etc", of_box=True).category == "debris_other"
    assert LabelMap().meaning("trash_etc").category == ""


def test_a_person_comes_first(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text("bottle: glass\nROV arm: ignore\n7: other\nplastic: rubber\n")
    labels = read_label_map(path)
    assert labels.meaning("Bottle").category == "glass"
    assert labels.meaning("rov_arm").category == "ignore"
    assert labels.meaning("7", of_box=True).category == "debris_other"
    assert labels.meaning("plastic").category == "rubber"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bottle: plstic", "did you mean plastic"),
        ("- bottle", "holds no map"),
        ("", "holds no map"),
        ("a: [", "no YAML"),
        ("!!python/object/apply:os.system ['true']", "no YAML"),
    ],
)
def test_a_bad_map_is_refused(tmp_path, text, message):
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_label_map(path)
    with pytest.raises(InputError, match="cannot read"):
        read_label_map(tmp_path / "none.yaml")
