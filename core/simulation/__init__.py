"""A simulated sea with known truth: photos, debris, surveys, vessels, hauls.

Everything made here is marked as simulated wherever it is stored or shown.
"""

from core.simulation.render import RENDER_KINDS, render_photo

__all__ = ["RENDER_KINDS", "render_photo"]
