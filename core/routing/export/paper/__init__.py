"""A vessel's plan on paper: rows, glyphs, chart and pages of the cue sheet."""

__all__: list[str] = []
