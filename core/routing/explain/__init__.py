"""Why a plan leaves sites out, what would bring them in, and what limits the fleet."""

from core.routing.explain.reasons import REASONS, explain_all, servable
from core.routing.explain.relax import Causes
from core.routing.explain.sentences import Verdict

__all__ = ["REASONS", "Causes", "Verdict", "explain_all", "servable"]
