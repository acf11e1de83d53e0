"""Words that every export shares."""

from core.routing.schedule import CleanupPlan

__all__ = ["labelled"]


def labelled(plan: CleanupPlan, text: str) -> str:
    """Return a text that says so where the plan rests on simulated sites."""
    return f"{text} (simulated)" if plan.simulated else text
