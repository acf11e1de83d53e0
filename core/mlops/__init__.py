"""The life of a model: registry, evaluation, training.

Import the module you need (``core.mlops.registry`` and so on): this package imports
none of them, so that looking a model up never pays for scoring or training one.
"""

__all__: list[str] = []
