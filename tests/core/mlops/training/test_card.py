from core.classification import find_model, read_manifest
from core.config import PROJECT_ROOT
from core.mlops.training.card import model_card

FOLDER = find_model(PROJECT_ROOT / "models" / "deployment", "optimized_cnn_model")


def test_the_shipped_card_is_the_one_its_manifest_gives():
    content = read_manifest(FOLDER).content
    assert (FOLDER / "model_card.md").read_text(encoding="utf-8") == model_card(content)


def test_a_model_of_open_data_alone_carries_no_research_mark():
    content = dict(read_manifest(FOLDER).content)
    sources = [
        source | {"licence_class": "open"} for source in content["training"]["sources"]
    ]
    content["training"] = content["training"] | {"sources": sources}
    assert "Research use" not in model_card(content)


def changed(**training):
    content = dict(read_manifest(FOLDER).content)
    content["training"] = content["training"] | training
    return content


def test_an_open_model_says_what_it_never_saw():
    sources = [
        source | {"licence_class": "open"}
        for source in changed()["training"]["sources"]
        if source["source"] != "trashcan"
    ]
    card = model_card(changed(sources=sources, licence="open"))
    assert "**Open data.**" in card
    assert "not trained on `trashcan`" in card
    assert "not trained on `trashcan`" not in model_card(changed())


def test_ones_own_photos_need_nobodys_leave():
    sources = [
        source | {"licence_class": "own"} for source in changed()["training"]["sources"]
    ]
    assert "Research use" not in model_card(changed(sources=sources))


def test_a_card_tells_seed_commit_and_data_where_they_are_known():
    tags = {"seed": "7 8", "data_sha256": "ab" * 32}
    card = model_card(changed(tags=tags, licence="any", commit="c0ffee"))
    assert "Seeds 7 8" in card
    assert "`c0ffee`" in card
    assert "`abababababababab`" in card


def test_a_threshold_tells_its_interval_and_whom_it_was_fitted_on():
    content = changed()
    content["thresholds"] = content["thresholds"] | {"accuracy_interval": [0.7, 0.9]}
    content["calibration"] = content["calibration"] | {"sources": ["studio"], "n": 44}
    content["domain"] = {"rule": "95% of the validation photos pass"}
    card = model_card(content)
    assert "70% to 90% of those above it were right" in card
    assert "fitted on 44 of the photos, those of studio" in card
    assert "95% of the validation photos pass" in card


def test_a_model_that_accepts_nothing_still_has_a_card():
    content = changed()
    val = content["metrics"]["val"]
    accepted = {"threshold": 1.0, "share": 0.0, "accuracy": None}
    content["metrics"] = content["metrics"] | {"val": val | {"accepted": accepted}}
    assert "0% of the validation photos reach that confidence." in model_card(content)
