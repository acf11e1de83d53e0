"""Signs that a table does not count objects afloat."""

import pytest

from core.observations.importers.reading.afloat import is_micro, sign_not_afloat


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("beach", "a shore"),
        ("BeachName", "a shore"),
        ("Nom de la plage", "a shore"),
        ("River bank", "a shore"),
        ("sediment_depth", ""),  # the depth of a place
        ("Sea-floor type", "the sea bed"),
        ("bottom trawl", "the sea bed"),
        ("Mega trawl", ""),
        ("mesh (um)", "microplastic"),
        ("Microplásticos", "microplastic"),
        ("manta net", "microplastic"),
        ("distance to shore (km)", ""),
        ("category", ""),
    ],
)
def test_a_word_for_another_medium_is_a_sign(text, meant):
    expected = f"{text!r} points to {meant}" if meant else ""
    assert sign_not_afloat(["lat", text]) == expected
    assert sign_not_afloat(["lat"], ["visual", text]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("< 5 mm", True),
        ("<0.5mm", True),
        ("1 - 5 mm", True),
        ("0.335-4.75 mm", True),
        ("microplastic", True),
        ("nurdles", True),
        ("< 50 mm", False),
        ("5-25 mm", False),
        ("2.5 - 50 cm", False),
        ("> 5 mm", False),
        ("macro", False),
        ("", False),
    ],
)
def test_pieces_under_five_millimetres_are_micro(text, expected):
    assert is_micro(text) is expected
