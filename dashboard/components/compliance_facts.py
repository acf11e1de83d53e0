"""What the Compliance page reads: the chain's state, decisions, entries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import services

if TYPE_CHECKING:
    from core.governance import BrokenLink, ChainState, DecisionTrail

__all__ = [
    "VERIFIED",
    "Verification",
    "chain_state",
    "decisions_of",
    "entries",
    "last_verified",
    "moments",
    "trail_file",
    "verify_now",
]

#: Audit action of a check that a person asked for.
VERIFIED = "audit.verify"
_SHA256 = r"\b([0-9a-f]{12})[0-9a-f]{52}\b"


def chain_state() -> "ChainState | BrokenLink":
    """Recompute the chain; cached until the store is written."""
    return _chain_state(*_key())


def _key() -> tuple[str, tuple[float, ...]]:
    return services.settings().resolved_database_url, services.store_revision()


@st.cache_data(show_spinner="Checking the record of decisions", max_entries=4)
def _chain_state(url: str, revision: tuple[float, ...]) -> "ChainState | BrokenLink":
    from core.governance import find_break

    return find_break(services.store())


@dataclass(frozen=True)
class Verification:
    """A check that somebody asked for and that held."""

    at: datetime
    actor: str


def verify_now() -> "ChainState":
    """Check the chain and write down who did; AuditChainError if it is broken."""
    from core.governance import verify_chain

    state = verify_chain(services.store())
    services.record(
        VERIFIED, "audit:chain", {"length": state.length, "head": state.head}
    )
    return state


def last_verified() -> Verification | None:
    """Return the last check that a person asked for, if any."""
    found = services.store().audit.entries(action=VERIFIED, limit=1)
    if not found:
        return None
    try:
        at = datetime.fromisoformat(found[0]["at"])
    except ValueError:  # somebody changed it; the chain's state tells
        return None
    return Verification(at, found[0]["actor"])


def decisions_of(*, survey: str | None, day: str | None) -> pd.DataFrame:
    """Which model decided what, and who reviewed it, under the page's filters."""
    return _decisions(*_key(), survey, day)


@st.cache_data(show_spinner="Reading decisions", max_entries=16)
def _decisions(
    url: str, revision: tuple[float, ...], survey: str | None, day: str | None
) -> pd.DataFrame:
    from core.governance import decisions

    since = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    until = since + timedelta(days=1) if since else None
    found = decisions(services.store(), survey=survey, since=since, until=until)
    return found.assign(
        decided_at=moments(found["decided_at"]),
        reviewed_at=moments(found["reviewed_at"]),
    )


def entries() -> pd.DataFrame:
    """Return the audit entries, newest first."""
    return _entries(*_key())


@st.cache_data(show_spinner="Reading the record", max_entries=4)
def _entries(url: str, revision: tuple[float, ...]) -> pd.DataFrame:
    rows = services.store().audit.entries()
    names = ["seq", "at", "action", "actor", "subject", "detail", "entry_hash"]
    frame = pd.DataFrame(rows, columns=[*names, "previous_hash"])
    # Only for the screen; the sealed text stays in the column "sealed_at".
    return frame.assign(
        sealed_at=frame["at"],
        at=moments(frame["at"]),
        what=frame["subject"].str.replace(_SHA256, r"\1…", regex=True),
        told=pd.Series([_told(row) for row in rows], dtype="str"),
    )


def _told(entry: Mapping[str, Any]) -> str:
    """Say an entry's detail without the marks of JSON."""
    from core.governance import detail_of

    content = detail_of(entry)
    words = ", ".join(f"{name} {value}" for name, value in content.items())
    return words or str(entry["detail"])


def moments(column: pd.Series) -> pd.Series:
    """Return times as objects, for a table.

    pyarrow 25 reads a zoned column in a way that pandas 3.1 warns of; objects it reads
    without a word.
    """
    found = pd.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
    return found.astype("object")


def trail_file(trail: "DecisionTrail") -> bytes:
    """Return the trail as a JSON file."""
    content: dict[str, Any] = {
        "photo": trail.photo,
        "category": trail.category,
        "predictions": trail.predictions,
        "models": {
            name: {
                "files": dict(found.files),
                "problem": found.problem,
                "low_confidence": found.low_confidence,
                "licence_classes": dict(found.licence_classes),
            }
            for name, found in trail.models.items()
        },
        "reviews": trail.reviews,
        "observations": trail.observations,
        "plans": [
            {"plan_id": plan["plan_id"], "created_by": plan["created_by"]}
            for plan in trail.plans
        ],
        "audit": trail.entries,
        "checks": [vars(check) for check in trail.checks],
        "simulated": bool(trail.photo["simulated"]),
    }
    text = json.dumps(content, default=_plain, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
