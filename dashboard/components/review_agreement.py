"""Do two reviewers see the same? Kappa, share of the same label, and the table."""

from itertools import combinations
from math import isnan
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.components.formats import number, share
from dashboard.components.photo_gallery import plain
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.surveys import Agreement

__all__ = ["agreement", "agreement_answer"]

_FIRST = StateKey[str | None]("surveys", "reviewer_one", None)
_OTHER = StateKey[str | None]("surveys", "reviewer_two", None)
#: Below this the large-sample interval is too narrow (assumption of the caption).
_FEW = 30
#: Landis and Koch (1977) name these ranges; they are custom, not a test.
_WORDS = (
    (0.0, "no better than chance"),
    (0.2, "slight"),
    (0.4, "fair"),
    (0.6, "moderate"),
    (0.8, "substantial"),
    (1.0, "almost perfect"),
)


def agreement(survey: str, labels: "Mapping[str, str]") -> None:
    """Draw who is compared and how far they agree.

    Parameters
    ----------
    survey : str
        Name of the survey.
    labels : mapping of str to str
        Category codes to names for people.
    """
    from core.surveys import independent_labels, label_agreement

    said = independent_labels(services.store(), survey=survey)
    people = sorted(said)
    if len(people) < 2:
        st.markdown(
            "Two people have to decide the same photos without seeing each other's "
            "answer. Under **Review**, with your own name at the left, turn on "
            "**Second review**: it shows what others decided, without their label."
        )
        return
    first, second = _chosen(people, said)
    if first == second:
        st.info("Choose two different reviewers.", icon=":material/group:")
        return
    common = sorted(set(said[first]) & set(said[second]))
    found = label_agreement(
        [said[first][photo] for photo in common],
        [said[second][photo] for photo in common],
    )
    st.markdown(agreement_answer(found, first, second))
    if found.n:
        _table(found, first, second, labels)


def _chosen(
    people: list[str], said: "Mapping[str, Mapping[str, str]]"
) -> tuple[str, str]:
    """Let two people be chosen; the pair with most photos in common stands first."""
    best = max(
        combinations(people, 2), key=lambda p: len(set(said[p[0]]) & set(said[p[1]]))
    )
    with st.container(horizontal=True, gap="small"):
        first = st.selectbox(
            "Reviewer",
            people,
            index=people.index(best[0]),
            key=_FIRST.key,
            width=240,
        )
        second = st.selectbox(
            "Compared with",
            people,
            index=people.index(best[1]),
            key=_OTHER.key,
            width=240,
        )
    return first, second


def agreement_answer(found: "Agreement", first: str, second: str) -> str:
    """Say in words how far two people agree.

    Parameters
    ----------
    found : Agreement
        From `core.surveys.label_agreement`.
    first, second : str
        Who is compared.
    """
    who = f"{plain(first)} and {plain(second)}"
    if not found.n:
        return (
            f"{who} have no photo in common that each decided alone, so their "
            "agreement cannot be told."
        )
    same = (
        f"{who} gave the same label to **{found.n_agreed:,} of "
        f"{counted(found.n, 'photo')}** ({share(found.raw)}; 95 % interval "
        f"{share(found.raw_low)} to {share(found.raw_high)})."
    )
    if isnan(found.kappa):
        return f"{same} Cohen's kappa is not defined: {found.reason}."
    word = next(text for limit, text in _WORDS if found.kappa <= limit)
    few = f" With {found.n} photos the interval is rough." if found.n < _FEW else ""
    return (
        f"{same} Beyond chance that is **kappa {number(found.kappa, digits=2)}** "
        f"({number(found.kappa_low, digits=2)} to "
        f"{number(found.kappa_high, digits=2)}), {word} agreement.{few}"
    )


def _table(
    found: "Agreement", first: str, second: str, labels: "Mapping[str, str]"
) -> None:
    frame = found.frame()
    shown = pd.DataFrame({"label": [labels.get(c, c) for c in frame.index]})
    columns = {"label": Column(f"{first} says")}
    for place, code in enumerate(frame.columns):
        shown[f"n{place}"] = frame[code].to_numpy()
        columns[f"n{place}"] = Column(labels.get(code, code), "number", 0)
    table(
        shown,
        columns,
        name="reviewer-agreement",
        title=f"Photos by label; columns: what {second} says",
    )
    st.caption(
        "Only decisions made without seeing the other's: first ones and blind second "
        "ones. Interval: large sample (Fleiss, Cohen and Everitt 1969)."
    )
