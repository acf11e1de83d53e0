"""The answer and the headline figures of the Compliance page."""

from typing import TYPE_CHECKING

from dashboard.components.compliance_facts import last_verified
from dashboard.components.formats import share, when
from dashboard.components.page import Figure, metric_row

if TYPE_CHECKING:
    import pandas as pd

    from core.governance import BrokenLink, ChainState

__all__ = ["chain_answer", "chain_figures"]

_HASH_SHOWN = 12


def chain_answer(state: "ChainState | BrokenLink", n_decisions: int) -> str:
    """Say whether the record of decisions holds."""
    from core.governance import BrokenLink

    if isinstance(state, BrokenLink):
        return (
            f"**The record of decisions is broken at entry {state.seq}.** What follows "
            "it cannot be relied on."
        )
    if state.length == 0:
        return "Nothing has been decided yet; the record of decisions is empty."
    return (
        f"The record of decisions is whole: {state.length:,} entries, "
        f"{n_decisions:,} decisions by models. Head `{state.head[:_HASH_SHOWN]}`."
    )


def chain_figures(state: "ChainState | BrokenLink", every: "pd.DataFrame") -> None:
    """Draw the four figures under the answer."""
    last = last_verified()
    reviewed = int((every["reviewer"] != "").sum())
    metric_row(
        [
            Figure(
                "Entries that hold",
                f"{state.length:,}",
                note=f"head {state.head[:_HASH_SHOWN]}" if state.length else "",
                help=f"Full head hash: {state.head}. Note it outside this system; only "
                "then can a cut end be found.",
            ),
            Figure("Decisions by models", f"{len(every):,}"),
            Figure(
                "Reviewed by a person",
                share(reviewed / len(every)) if len(every) else "0",
                note=f"{reviewed:,} of {len(every):,}",
            ),
            Figure(
                "Last verified",
                when(last.at, with_time=False) if last else "Never",
                note=f"{when(last.at)[-9:]}, {last.actor}" if last else "",
                help="When a person last asked for the check; it also runs whenever "
                "this page is opened.",
            ),
        ]
    )
