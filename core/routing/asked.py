"""What a plan was asked for, read back from it."""

from core.errors import RouteInputError
from core.routing.request import PlanRequest
from core.routing.schedule import CleanupPlan

__all__ = ["request_of"]


def request_of(plan: CleanupPlan, *, otherwise: str | None = None) -> PlanRequest:
    """Read the request of a plan.

    Parameters
    ----------
    plan : CleanupPlan
        The plan.
    otherwise : str, optional
        What has to be given where the plan counted a drift forecast or the state of
        the sea, which no request holds; without it such plans are read too.

    Raises
    ------
    RouteInputError
        If the plan holds no request, or counted what is not in it.
    """
    if plan.request is None:
        raise RouteInputError(
            "the plan holds no request: it was made by an earlier version and cannot "
            "be changed"
        )
    request = PlanRequest.from_dict(plan.request)
    counted = [
        what
        for what, is_so in (
            ("a drift forecast", plan.drift is not None or bool(request.forecast_id)),
            ("the state of the sea", bool(request.conditions_id)),
        )
        if is_so
    ]
    if counted and otherwise is not None:
        raise RouteInputError(
            f"the plan counts {' and '.join(counted)}, which it does not hold; give "
            f"{otherwise} that knows it"
        )
    return request
