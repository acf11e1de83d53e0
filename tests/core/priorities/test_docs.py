"""The table in ``docs/priorities.md`` states the weights that Gyre comes with."""

from pathlib import Path

from core.observations import category
from core.priorities import HARM_KINDS, default_weights

PAGE = Path(__file__).parents[3] / "docs" / "priorities.md"


def row_of(code):
    weights = default_weights()
    harm = weights.harm().loc[code]
    parts = [weights.weights[code][kind] for kind in HARM_KINDS]
    cells = [
        f"{one.value:g} ({one.low:g} to {one.high:g}){'*' if one.is_assumed else ''}"
        for one in parts
    ]
    figures = f"{harm['harm']:.2f} ({harm['low']:.2f} to {harm['high']:.2f})"
    return f"| {category(code).label} | {figures} | {' | '.join(cells)} |"


def test_the_table_of_the_documentation_is_that_of_the_code():
    text = PAGE.read_text(encoding="utf-8")
    for code in default_weights().weights:
        assert row_of(code) in text
