"""The Categories page: lists searched by code and word, masses with their source."""

import pytest

from core.observations import RECORD_CATEGORIES


def words(app):
    groups = (app.markdown, app.caption, app.info)
    return "\n".join(element.value for group in groups for element in group)


def tables(app):
    return [element.value for element in app.dataframe]


def test_the_answer_counts_what_is_measured_and_what_is_assumed(open_app, empty_store):
    app = open_app("categories")
    assert not app.exception
    debris = [one for one in RECORD_CATEGORIES if one.is_debris]
    assumed = sum(one.mass_is_assumed for one in debris)
    said = words(app)
    assert f"measured for {len(debris) - assumed} kinds" in said
    assert f"assumed for {assumed}" in said
    masses = tables(app)[1]
    assert masses["known_from"].tolist().count("assumed") == assumed
    assert masses["basis"].str.len().min() > 0
    assert "Scientific Reports 8 (2018) 4666" in said


def test_a_code_is_found_in_every_list(open_app, empty_store):
    app = open_app("categories")
    app.text_input(key="categories_search").set_value("g27").run()
    (found, _) = tables(app)
    assert found["code"].tolist() == ["G27"]
    assert found["category"].tolist() == ["Plastic"]


def test_a_list_shows_its_codes_in_the_others(open_app, empty_store):
    app = open_app("categories")
    app.selectbox(key="categories_list").set_value("OSPAR")
    app.text_input(key="categories_search").set_value("drink cans").run()
    (found, _) = tables(app)
    assert (found["code"].item(), found["TSG-ML"].item()) == ("78", "G175")
    assert "OSPAR" not in found.columns
    assert "Source: OSPAR guideline" in words(app)


def test_what_nobody_checked_says_so(open_app, empty_store):
    app = open_app("categories")
    app.selectbox(key="categories_list").set_value("MSFD-J").run()
    (found, _) = tables(app)
    states = found.set_index("code")["state"]
    assert (states["J231"], states["J7"]) == ("to be checked", "")


@pytest.mark.parametrize("chosen", [None, "NOAA"])
def test_a_word_nobody_knows_is_told_with_a_way_out(open_app, empty_store, chosen):
    app = open_app("categories")
    if chosen:
        app.selectbox(key="categories_list").set_value(chosen)
    app.text_input(key="categories_search").set_value("=zeppelin").run()
    assert not app.exception
    assert "fits “=zeppelin”" in words(app)
    assert len(tables(app)) == 1


def test_a_link_opens_the_same_view(open_app, empty_store):
    app = open_app(
        "categories", categories_list="UNEP/IOC list", categories_search="glove"
    )
    assert tables(app)[0]["code"].tolist() == ["PL09", "RB03"]
