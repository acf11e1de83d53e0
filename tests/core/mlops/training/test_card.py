from core.classification import read_manifest
from core.config import PROJECT_ROOT
from core.mlops.training.card import model_card

FOLDER = PROJECT_ROOT / "models" / "deployment" / "optimized_cnn_model" / "1"


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
