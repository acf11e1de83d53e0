"""What a session remembers: typed keys that carry their page's name, and filters.

A filter lives in the URL: pass ``key=FILTER.key, bind="query-params"`` to the widget,
and the link shows the same view to whoever opens it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import streamlit as st

from core.config import load_settings

__all__ = ["ACTOR", "StateKey", "actor", "default_actor", "reset_button"]

T = TypeVar("T")

#: Session key of the name that decisions are recorded under.
ACTOR = "app_actor"


@dataclass(frozen=True)
class StateKey(Generic[T]):
    """One remembered value of one page.

    Examples
    --------
    >>> StateKey("map", "view", "Density").key
    'map_view'
    """

    page: str
    name: str
    default: T

    @property
    def key(self) -> str:
        """Name in the session state, and in the URL when it is bound to it."""
        return f"{self.page}_{self.name}"

    def get(self) -> T:
        """Return the value, or the default while nothing was chosen."""
        return cast("T", st.session_state.get(self.key, self.default))

    def set(self, value: T) -> None:
        """Remember a value; not for a widget that was already drawn in this run."""
        st.session_state[self.key] = value

    def clear(self) -> None:
        """Go back to the default."""
        st.session_state[self.key] = self.default


def default_actor() -> str:
    """Name from the settings, used until the person gives their own."""
    return load_settings().actor


def actor() -> str:
    """Name of the person at the screen, for the audit log."""
    name = str(st.session_state.get(ACTOR, "")).strip()
    return " ".join(name.split()) or default_actor()


def reset_button(
    filters: Sequence[StateKey[Any]], *, label: str = "Reset filters"
) -> None:
    """Draw a button that sets filters back; grey while none is set."""
    changed = any(entry.get() != entry.default for entry in filters)
    st.button(
        label,
        key=f"{filters[0].page}_reset",
        icon=":material/filter_alt_off:",
        disabled=not changed,
        on_click=_reset,
        args=(tuple(filters),),
        type="tertiary",
    )


def _reset(filters: tuple[StateKey[Any], ...]) -> None:
    for entry in filters:
        entry.clear()
