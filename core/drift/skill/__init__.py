"""How well forecasts met drifters, and what drifters teach of the wind's share."""

from core.drift.skill.blend import blended_velocity, fit_blend
from core.drift.skill.drifters import check_drifters, read_drifters
from core.drift.skill.report import evaluate_drifters, skill_sentence
from core.drift.skill.scores import liu_weisberg, separation_km
from core.drift.skill.windage_fit import fit_windage
from core.drift.skill.windows import cut_windows

__all__ = [
    "blended_velocity",
    "check_drifters",
    "cut_windows",
    "evaluate_drifters",
    "fit_blend",
    "fit_windage",
    "liu_weisberg",
    "read_drifters",
    "separation_km",
    "skill_sentence",
]
