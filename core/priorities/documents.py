"""Harm weights as a document: what the store keeps, and a file for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from core.errors import InputError
from core.priorities.defaults import default_weights
from core.priorities.weights import HARM_KINDS, HarmWeight, HarmWeights, Importance

__all__ = [
    "parse_weights",
    "read_weights",
    "weights_from_document",
    "weights_text",
    "weights_to_document",
]

_MAX_BYTES = 1_000_000
_PARTS = ("value", "low", "high")
_NOTE = (
    "# Harm weights from 0 to 1: entanglement, ingestion, smothering, toxic.\n"
    "# Every weight has bounds and a source, or says that it is an assumption.\n"
)


def weights_to_document(weights: HarmWeights) -> dict[str, Any]:
    """Return weights as plain values; ``version`` is left out, the store gives it."""
    return {
        "combine": weights.combine,
        "importance": {
            kind: {
                "value": weights.importance[kind].value,
                "source": weights.importance[kind].source,
            }
            for kind in HARM_KINDS
        },
        "weights": {
            code: {kind: _plain(by_kind[kind]) for kind in HARM_KINDS}
            for code, by_kind in weights.weights.items()
        },
    }


def weights_from_document(document: object, *, version: str = "") -> HarmWeights:
    """Read what :func:`weights_to_document` returned.

    Raises
    ------
    InputError
        If a field lacks, is of another kind or out of range; it is named.
    """
    fields = _mapping(document, "harm weights")
    _refuse_unknown(fields, ("combine", "importance", "weights"), "harm weights")
    by_code = _mapping(fields.get("weights"), "weights")
    importance = _mapping(fields.get("importance"), "importance")
    return HarmWeights(
        weights={
            str(code): {
                str(kind): _weight(one, f"{code}, {kind}")
                for kind, one in _mapping(by_kind, f"weights of {code}").items()
            }
            for code, by_kind in by_code.items()
        },
        importance={
            str(kind): _importance(one, f"importance of {kind}")
            for kind, one in importance.items()
        },
        combine=fields.get("combine", "mean"),
        version=version,
    )


def parse_weights(data: bytes, *, version: str = "") -> HarmWeights:
    """Read harm weights from YAML or JSON text.

    Raises
    ------
    InputError
        If the text is larger than 1 MB, no YAML, or no harm weights.
    """
    if len(data) > _MAX_BYTES:
        raise InputError(f"the harm weights have {len(data)} bytes, at most 1 MB is")
    try:
        text = data.decode("utf-8-sig")
        # Aliases can make a short text grow without end; no honest file needs them.
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise InputError("harm weights: YAML aliases are not read")
        document = yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"harm weights: expected YAML, got {error!s:.120}") from error
    return weights_from_document(document, version=version)


def read_weights(path: str | Path) -> HarmWeights:
    """Read harm weights from a file; the word ``default`` gives the built-in ones.

    Raises
    ------
    InputError
        If the file cannot be read or holds no harm weights.
    """
    if str(path) == "default":
        return default_weights()
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"harm weights cannot be read: {path.name}: {error.strerror}"
        ) from error
    return parse_weights(data, version=path.name)


def weights_text(weights: HarmWeights) -> str:
    """Return weights as the YAML that :func:`parse_weights` reads."""
    document = weights_to_document(weights)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1_000)
    return _NOTE + text


def _plain(weight: HarmWeight) -> dict[str, Any]:
    numbers = {part: float(getattr(weight, part)) for part in _PARTS}
    return {**numbers, "source": weight.source}


def _weight(value: object, where: str) -> HarmWeight:
    fields = _mapping(value, where)
    _refuse_unknown(fields, (*_PARTS, "source"), where)
    numbers = {part: _number(fields, part, where) for part in _PARTS}
    try:
        return HarmWeight(**numbers, source=_text(fields, where))
    except InputError as error:
        raise InputError(f"{error} ({where})") from error


def _importance(value: object, where: str) -> Importance:
    fields = _mapping(value, where)
    _refuse_unknown(fields, ("value", "source"), where)
    try:
        return Importance(_number(fields, "value", where), _text(fields, where))
    except InputError as error:
        raise InputError(f"{error} ({where})") from error


def _mapping(value: object, where: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: expected named fields, got {str(value)[:40]!r}")
    return value


def _refuse_unknown(
    fields: Mapping[Any, Any], known: tuple[str, ...], where: str
) -> None:
    unknown = [str(name)[:40] for name in fields if name not in known]
    if unknown:
        raise InputError(
            f"{where}: unknown {', '.join(unknown)}; known: {', '.join(known)}"
        )


def _number(fields: Mapping[Any, Any], name: str, where: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where}: {name} is {str(value)[:40]!r}, expected a number")
    return float(value)


def _text(fields: Mapping[Any, Any], where: str) -> str:
    value = fields.get("source")
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: expected a source, or the word assumption")
    return " ".join("".join(c if c.isprintable() else " " for c in value[:500]).split())
