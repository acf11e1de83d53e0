"""The audit chain: every decision, each entry sealed over the one before it.

An entry's hash is SHA-256 over the canonical JSON of its fields and the hash of the
entry before it, so changing, inserting, removing or reordering entries breaks the
chain at that place. Cutting entries off the end leaves a valid shorter chain; only a
head hash that was noted elsewhere shows it. See ``docs/decisions/0001``.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.errors import AuditChainError, InputError
from core.storage import Record, Store

__all__ = [
    "GENESIS",
    "BrokenLink",
    "ChainState",
    "canonical_json",
    "detail_of",
    "entry_hash",
    "find_break",
    "record",
    "verify_chain",
]

#: What the first entry follows.
GENESIS = "0" * 64
#: Fields under the seal, in this order.
_SEALED = ("seq", "at", "action", "actor", "subject", "detail", "previous_hash")
_MAX_NAME = 300
_MAX_DETAIL = 100_000


@dataclass(frozen=True)
class ChainState:
    """A chain that holds: how many entries, and the hash of the last."""

    length: int
    head: str


@dataclass(frozen=True)
class BrokenLink:
    """The first entry that does not fit, and why.

    ``length`` and ``head`` are those of the part before it that holds.
    """

    seq: int
    reason: str
    length: int
    head: str


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value.

    Raises
    ------
    InputError
        If the value is not JSON (NaN and infinity are not).
    """
    try:
        return json.dumps(
            value,
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=True,  # a file name that is no valid text still has one form
            allow_nan=False,
        )
    except (TypeError, ValueError) as error:
        raise InputError(f"audit detail is not JSON: {error}") from error


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 that seals an entry, in hexadecimal."""
    sealed = canonical_json([entry[name] for name in _SEALED])
    return hashlib.sha256(sealed.encode("ascii")).hexdigest()


def detail_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry's detail; empty if somebody made it unreadable."""
    try:
        content = json.loads(str(entry["detail"]))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def record(
    store: Store,
    action: str,
    actor: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> Record:
    """Append an entry to the audit chain.

    Inside ``store.transaction()`` the entry and the change it speaks of are kept
    together or not at all.

    Parameters
    ----------
    store : Store
        Where the chain is.
    action : str
        What was done: ``survey.add``, ``review.add``, ``plan.created``.
    actor : str
        Who did it; a person, or ``system``.
    subject : str
        What it was done to, as ``kind:name``: ``photo:<sha256>``, ``survey:<name>``.
    detail : mapping, optional
        JSON values worth keeping, such as model, category and hashes.

    Returns
    -------
    dict
        The entry, with its number and hash.

    Raises
    ------
    InputError
        If action, actor or subject is empty or too long, or the detail is not JSON.
    """
    named = {"action": action, "actor": actor, "subject": subject}
    for field, text in named.items():
        if not text.strip() or len(text) > _MAX_NAME:
            raise InputError(
                f"audit {field} must have 1 to {_MAX_NAME} characters, got {len(text)}"
            )
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise InputError(f"audit {field} is no valid text")
    told = canonical_json(dict(detail or {}))
    if len(told) > _MAX_DETAIL:
        raise InputError(f"audit detail is longer than {_MAX_DETAIL:,} characters")

    def make(seq: int, previous_hash: str) -> Record:
        entry: Record = {
            "seq": seq,
            "at": datetime.now(UTC).isoformat(timespec="microseconds"),
            **named,
            "detail": told,
            "previous_hash": previous_hash or GENESIS,
        }
        return {**entry, "entry_hash": entry_hash(entry)}

    return store.audit.append(make)


def find_break(store: Store) -> ChainState | BrokenLink:
    """Recompute every hash, in order, up to the first that does not fit."""
    length, head = 0, GENESIS
    for entry in store.audit.walk():
        reason = _fault(entry, expected_seq=length + 1, expected_previous=head)
        if reason:
            return BrokenLink(int(entry["seq"]), reason, length, head)
        length, head = length + 1, str(entry["entry_hash"])
    return ChainState(length, head)


def _fault(entry: Record, *, expected_seq: int, expected_previous: str) -> str:
    if entry["seq"] != expected_seq:
        return f"entry {expected_seq} is missing"
    if entry["previous_hash"] != expected_previous:
        return "it does not follow the entry before it"
    if entry["entry_hash"] != entry_hash(entry):
        return "its content was changed after it was written"
    return ""


def verify_chain(store: Store) -> ChainState:
    """Check the whole chain.

    Returns
    -------
    ChainState
        Length and head hash; note the head elsewhere to detect a cut end.

    Raises
    ------
    AuditChainError
        Naming the first broken entry.
    """
    found = find_break(store)
    if isinstance(found, BrokenLink):
        raise AuditChainError(
            f"audit entry {found.seq} is broken: {found.reason}; "
            f"{found.length} entries before it hold"
        )
    return found
