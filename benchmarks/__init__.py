"""Benchmarks: each module has ``run()``, which returns rows of what it measured.

A row is a dict with ``measure``, ``value``, ``unit`` and, where it helps, ``note``.
Run them with ``python -m benchmarks [NAME] [--json FILE]``.
"""

from typing import Any

__all__ = ["Row"]

Row = dict[str, Any]
