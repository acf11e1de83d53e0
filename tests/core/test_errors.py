"""The error tree keeps the promises of its drawing."""

import inspect

import pytest

from core import errors


def test_every_error_has_one_base_and_is_exported():
    kinds = {
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind)
        and issubclass(kind, errors.CleanupError | errors.CleanupWarning)
    }
    assert kinds == set(errors.__all__)


def test_every_error_stands_in_the_drawing():
    for name in errors.__all__:
        assert name in (errors.__doc__ or "")


def test_refused_values_can_be_caught_as_value_errors():
    with pytest.raises(ValueError, match="latitude"):
        raise errors.ObservationError("latitude 179.2 outside [-90, 90] (row 14)")


def test_an_infeasible_plan_lists_what_binds():
    error = errors.InfeasibleError("no plan", ["endurance 4 h is too short"])
    assert error.binding == ("endurance 4 h is too short",)
    assert "endurance 4 h is too short" in str(error)
