"""YAML as people mean it, from a file nobody vouches for.

PyYAML's safe loader still reads YAML 1.1: ``18:00`` is 1080, ``no`` is false, ``010``
is 8, and some plain values (``2001-99-99``) end in errors of other kinds. Here
only the plain values of YAML 1.2 are known [1]_, and no tag makes anything else.

References
----------
.. [1] YAML 1.2.2 (2021), 10.3.2 "Tag resolution" of the core schema.
"""

import re
from typing import Any, ClassVar

import yaml

from core.errors import RouteInputError

__all__ = ["load_yaml"]

_MAX_DEPTH = 20
_MAX_FIELDS = 100
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"


class _Loader(yaml.SafeLoader):
    """Loader of plain mappings, lists, texts and numbers."""

    yaml_constructors: ClassVar[dict[Any, Any]] = {}
    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node; refuse what is nested too deeply."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {_MAX_DEPTH} levels")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge a ``<<`` mapping; refuse fields given twice, and merges that grow."""
        own, seen = [], set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name and name in seen:
                raise _fault(key, f"field {name[:80]!r} is given twice")
            seen.add(name)
            if key.tag != _MERGE:
                own.append((key, value))
            elif not isinstance(value, yaml.MappingNode):
                raise _fault(key, "'<<' must name one mapping")
        if len(own) < len(node.value):
            super().flatten_mapping(node)
            merged = node.value[: len(node.value) - len(own)]
            node.value = [pair for pair in merged if pair[0].value not in seen] + own
        if len(node.value) > _MAX_FIELDS:
            raise _fault(node, f"a mapping has more than {_MAX_FIELDS} fields")


def _fault(node: yaml.Node, problem: str) -> yaml.YAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _scalar(loader: _Loader, node: yaml.Node) -> str:
    return str(loader.construct_scalar(node))  # type: ignore[arg-type]


def _null(loader: _Loader, node: yaml.Node) -> None:
    return None


def _bool(loader: _Loader, node: yaml.Node) -> bool:
    return _scalar(loader, node).lower() == "true"


def _number(loader: _Loader, node: yaml.Node) -> int | float:
    text = _scalar(loader, node).lower().replace(".inf", "inf").replace(".nan", "nan")
    try:
        return int(text) if re.fullmatch("[-+]?[0-9]{1,18}", text) else float(text)
    except ValueError as error:
        raise _fault(node, f"{text[:40]!r} is no number") from error


_KINDS = {
    "null": ("~nN", r"~|null|Null|NULL", _null),
    "bool": ("tTfF", r"true|True|TRUE|false|False|FALSE", _bool),
    "int": ("-+0123456789", r"[-+]?(0|[1-9][0-9]*)", _number),
    "float": (
        "-+.0123456789",
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[1-9][0-9]*(?=[eE]))([eE][-+]?[0-9]+)?"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        _number,
    ),
}
_Loader.yaml_implicit_resolvers = {}
for _name, (_first, _pattern, _make) in _KINDS.items():
    _Loader.add_implicit_resolver(
        f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z"), list(_first)
    )
    _Loader.add_constructor(f"{_TAG}{_name}", _make)
_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"\Z"), [""])
_Loader.add_implicit_resolver(_MERGE, re.compile(r"<<\Z"), ["<"])
for _name in ("str", "seq", "map"):
    _Loader.yaml_constructors[f"{_TAG}{_name}"] = yaml.SafeLoader.yaml_constructors[
        f"{_TAG}{_name}"
    ]
_Loader.yaml_constructors[None] = yaml.SafeLoader.yaml_constructors[None]


def load_yaml(data: bytes, *, what: str, max_bytes: int) -> object:
    """Read YAML text: mappings, lists, texts, numbers, true, false and null.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a byte order mark.
    what : str
        How messages name it.
    max_bytes : int
        Larger files are refused.

    Raises
    ------
    RouteInputError
        If it is too large, not UTF-8, no YAML, nested deeper than 20 levels, or gives
        a field twice.
    """
    if len(data) > max_bytes:
        raise RouteInputError(f"{what} is larger than {max_bytes / 1e3:g} kB")
    try:
        loader = _Loader(data.decode("utf-8-sig"))
        return loader.get_single_data()
    except UnicodeDecodeError as error:
        raise RouteInputError(f"{what} is not UTF-8 text; save it as UTF-8") from error
    except (yaml.YAMLError, RecursionError) as error:
        said = " ".join(str(error).split())[:300]
        raise RouteInputError(f"{what} is not YAML: {said}") from error
