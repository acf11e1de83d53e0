"""The compiled part: fields sampled, particles stepped, land met.

Only ``core.drift.advect``, ``field`` and ``land`` use it; nothing here is public.
"""

__all__: list[str] = []
