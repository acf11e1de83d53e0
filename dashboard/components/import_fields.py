"""Widgets that say what the columns of a table mean; each starts from a suggestion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.observations import RECORD_CATEGORIES
from core.observations.importers import MAPPING_FIELDS
from core.observations.quantities import ANY_DEBRIS, MEDIA, QUANTITIES

if TYPE_CHECKING:
    from core.observations.importers import ColumnMapping, RawTable

__all__ = ["Fields", "kind_fields", "more_fields", "place_fields", "value_fields"]

_PLACE_WAYS: dict[str, tuple[str, ...]] = {
    "Two columns": ("lat", "lon"),
    "One column": ("position",),
    "Degrees and minutes apart": (
        "lat_degrees",
        "lat_minutes",
        "lat_hemisphere",
        "lon_degrees",
        "lon_minutes",
        "lon_hemisphere",
    ),
}
_TIME_WAYS: dict[str, tuple[str, ...]] = {
    "One column": ("observed_at",),
    "Date and time apart": ("date", "time"),
    "Year, month and day apart": ("year", "month", "day"),
}
_DATE_ORDERS = {
    "": "As the column shows",
    "ymd": "Year, month, day",
    "dmy": "Day, month, year",
    "mdy": "Month, day, year",
}
_DECIMALS = {
    "": "As the numbers show",
    "point": "Point (1,234.5)",
    "comma": "Comma (1.234,5)",
}
_FORMATS = {
    "": "As written",
    "decimal": "Decimal degrees",
    "ddmm": "5419.2 is 54° 19.2′",  # noqa: RUF001 - the sign for minutes
    "dd.mm": "54.19 is 54° 19′",  # noqa: RUF001
}
_MORE = (
    "survey", "event", "method", "size_class", "source", "note", "mass_kg",
    "value_low", "value_high", "item_code", "replicate", "quality_flag",
)  # fmt: skip
_UNITS = ("km2", "ha", "m2", "m3", "l", "m", "km", "kg", "g", "min", "h")
_UNIT_LABELS = {"km2": "km²", "m2": "m²", "m3": "m³"}
#: More words than this in a column of kinds are no list of kinds.
_MAX_WORDS = 60


@dataclass
class Fields:
    """A form being filled: its table, its starting point, and what was chosen.

    Attributes
    ----------
    table : RawTable
        The table.
    start : ColumnMapping
        Suggestion, or what was chosen before.
    key : str
        Prefix of the widget keys.
    columns : dict of str to str
        Heading by field, as chosen so far.
    options : dict
        Other parts of the mapping.
    """

    table: "RawTable"
    start: "ColumnMapping"
    key: str
    columns: dict[str, str]
    options: dict[str, Any]

    def column(self, name: str) -> None:
        """Ask for the column of a field."""
        headings = ["", *self.table.columns]
        suggested = self.start.columns.get(name, "")
        chosen = st.selectbox(
            MAPPING_FIELDS[name],
            headings,
            index=headings.index(suggested) if suggested in headings else 0,
            format_func=lambda heading: heading or "Not in this file",
            key=f"{self.key}_col_{name}",
        )
        if chosen:
            self.columns[name] = chosen

    def choice(self, name: str, label: str, options: Mapping[str, str]) -> str:
        """Ask for an option of the mapping."""
        codes = list(options)
        suggested = getattr(self.start, name)
        chosen = st.selectbox(
            label,
            codes,
            index=codes.index(suggested) if suggested in codes else 0,
            format_func=options.__getitem__,
            key=f"{self.key}_{name}",
        )
        self.options[name] = chosen
        return str(chosen)

    def way(self, label: str, ways: Mapping[str, tuple[str, ...]], name: str) -> str:
        """Ask in how many columns something stands."""
        likely = next(
            (w for w, fields in ways.items() if fields[0] in self.start.columns),
            next(iter(ways)),
        )
        names = list(ways)
        return str(
            st.selectbox(
                label, names, index=names.index(likely), key=f"{self.key}_{name}_way"
            )
        )


def place_fields(form: Fields) -> None:
    """Ask where and when."""
    left, right = st.columns(2, gap="large")
    with left:
        way = form.way("Position", _PLACE_WAYS, "place")
        _in_pairs(form, _PLACE_WAYS[way])
        if way != "Degrees and minutes apart":
            form.choice("position_format", "Degrees are written as", _FORMATS)
    with right:
        way = form.way("Time", _TIME_WAYS, "time")
        _in_pairs(form, _TIME_WAYS[way])
        form.choice("date_order", "Order of dates", _DATE_ORDERS)


def _in_pairs(form: Fields, names: Sequence[str]) -> None:
    width = 3 if len(names) % 3 == 0 else min(len(names), 2)
    for start in range(0, len(names), width):
        for cell, name in zip(
            st.columns(width), names[start : start + width], strict=False
        ):
            with cell:
                form.column(name)


def value_fields(form: Fields) -> None:
    """Ask what was counted or measured, and over what."""
    from core.observations.importers.reading.unit_words import effort_factor

    quantities = {"": "Items counted at sea"}
    quantities.update({q.code: f"{q.label} ({q.unit})" for q in QUANTITIES})
    cells = iter(st.columns(3))
    with next(cells):
        quantity = form.choice("quantity", "The numbers are", quantities)
    if quantity:
        with next(cells):
            media = {"": "Choose", **{m.code: m.label for m in MEDIA}}
            form.choice("medium", "Measured at", media)
    with next(cells):
        form.choice("decimal", "Decimal mark", _DECIMALS)
    for cell, name in zip(
        st.columns(3),
        ("value", "count", "effort") if quantity else ("count", "effort"),
        strict=False,
    ):
        with cell:
            form.column(name)
    if "effort" not in form.columns:
        return
    units = {u: f for u in _UNITS if (f := effort_factor(u, quantity)) is not None}
    known = form.start.factors.get("effort", 1.0)
    likely = [unit for unit, factor in units.items() if factor == known]
    unit = st.selectbox(
        "Unit of what was searched",
        list(units),
        index=list(units).index(likely[0]) if likely else 0,
        format_func=lambda code: _UNIT_LABELS.get(code, code),
        key=f"{form.key}_unit_{quantity}",
        width=240,
    )
    if unit is not None:
        form.options.setdefault("factors", {})["effort"] = units[unit]


def kind_fields(form: Fields) -> None:
    """Ask what kind of debris it is."""
    labels = {c.code: c.label for c in RECORD_CATEGORIES}
    if form.options.get("quantity"):
        labels[ANY_DEBRIS] = "Any debris (kinds not told apart)"
    left, right = st.columns(2, gap="large")
    with left:
        form.column("category")
    heading = form.columns.get("category", "")
    if not heading:
        with right:
            constant = {"": "Not said", **labels}
            form.choice("category", "Kind of every record", constant)
        _item_columns(form, labels)
        return
    words = pd.unique(form.table.frame[heading].astype(str).str.strip())
    known = [word for word in words.tolist() if word]
    if len(known) > _MAX_WORDS:
        st.caption(f"{heading} holds {len(known):,} different words; no list of kinds.")
        return
    _words(form, known, labels)


def _item_columns(form: Fields, labels: Mapping[str, str]) -> None:
    """Ask for columns that each hold the counts of one kind (a wide table)."""
    taken = set(form.columns.values())
    chosen = st.multiselect(
        "Columns that each count one kind of debris",
        [heading for heading in form.table.columns if heading not in taken],
        [heading for heading in form.start.item_columns if heading not in taken],
        key=f"{form.key}_items",
        placeholder="None; kinds stand in one column, or are not told apart",
    )
    if not chosen:
        return
    start = [form.start.item_columns.get(heading, "") for heading in chosen]
    kinds = _kind_table(
        form, chosen, start, labels, name=f"items_{len(chosen)}_{chosen[-1]}"
    )
    form.options["item_columns"] = {word: kind for word, kind in kinds.items() if kind}


def _words(form: Fields, words: list[str], labels: Mapping[str, str]) -> None:
    """Ask for our kind of each word; one that is ours already needs no answer."""
    ours = {label.lower(): code for code, label in labels.items()}
    ours.update({code: code for code in labels})
    start = [
        form.start.categories.get(word) or ours.get(word.lower(), "") for word in words
    ]
    kinds = _kind_table(
        form, words, start, labels, name=f"words_{form.columns['category']}"
    )
    form.options["categories"] = {
        word: kind for word, kind in kinds.items() if kind and kind != word
    }


def _kind_table(
    form: Fields,
    words: Sequence[str],
    start: Sequence[str],
    labels: Mapping[str, str],
    *,
    name: str,
) -> dict[str, str]:
    """Draw a table of words beside our kinds; return the kind of each word."""
    edited = st.data_editor(
        pd.DataFrame(
            {"word": words, "kind": [labels.get(code, "") or None for code in start]}
        ),
        key=f"{form.key}_{name}",
        hide_index=True,
        disabled=["word"],
        height=min(38 + 35 * len(words), 248),
        column_config={
            "word": st.column_config.TextColumn("In the file"),
            "kind": st.column_config.SelectboxColumn(
                "Kind of debris", options=list(labels.values())
            ),
        },
        alt=f"Kind of debris for {len(words)} words or columns of the file",
    )
    codes = {label: code for code, label in labels.items()}
    return {
        word: codes.get(kind, "")
        for word, kind in zip(edited["word"], edited["kind"], strict=True)
    }


def more_fields(form: Fields) -> None:
    """Ask for what is good to have: survey, method, source, and the odd ones."""
    cells = st.columns(3)
    for cell, (name, label) in zip(
        cells,
        (
            ("survey", "Survey of every record"),
            ("method", "Method of every record"),
            ("source", "Source of every record"),
        ),
        strict=True,
    ):
        form.options[name] = cell.text_input(
            label,
            getattr(form.start, name),
            max_chars=200,
            key=f"{form.key}_const_{name}",
        ).strip()
    for start in range(0, len(_MORE), 3):
        for cell, name in zip(st.columns(3), _MORE[start : start + 3], strict=False):
            with cell:
                form.column(name)
    left, right = st.columns(2)
    missing = left.text_input(
        "Texts that stand for nothing, by comma",
        ", ".join(form.start.missing),
        key=f"{form.key}_missing",
        placeholder="-9, n/a",
    )
    form.options["missing"] = tuple(
        word.strip() for word in missing.split(",") if word.strip()
    )
    form.options["utc_offset_h"] = right.number_input(
        "Hours that local time is ahead of UTC",
        -14.0,
        14.0,
        float(form.start.utc_offset_h),
        0.5,
        key=f"{form.key}_utc",
    )
