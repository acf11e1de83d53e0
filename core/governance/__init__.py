"""Who decided what, on which data: audit chain, decision trails, licences."""

from core.governance.chain import (
    GENESIS,
    BrokenLink,
    ChainState,
    canonical_json,
    detail_of,
    entry_hash,
    find_break,
    record,
    verify_chain,
)
from core.governance.compliance import PersonalData, decisions, personal_data
from core.governance.licences import DATA_SOURCES, DataSource, data_source
from core.governance.trail import (
    Check,
    DecisionTrail,
    ModelEvidence,
    decision_trail,
)

__all__ = [
    "DATA_SOURCES",
    "GENESIS",
    "BrokenLink",
    "ChainState",
    "Check",
    "DataSource",
    "DecisionTrail",
    "ModelEvidence",
    "PersonalData",
    "canonical_json",
    "data_source",
    "decision_trail",
    "decisions",
    "detail_of",
    "entry_hash",
    "find_break",
    "personal_data",
    "record",
    "verify_chain",
]
