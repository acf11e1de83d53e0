"""The double gyre against its closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.simulation import DoubleGyre

GYRE = DoubleGyre(width_km=90.0, height_km=50.0, peak_m_s=0.1)
STEADY = DoubleGyre(width_km=90.0, height_km=50.0, peak_m_s=0.1, swing=0.0)


@given(time_h=st.floats(0, 300), share=st.floats(0, 1))
def test_nothing_flows_through_the_edges(time_h: float, share: float) -> None:
    for x in (0.0, 90.0):
        u, _ = GYRE.velocity_m_s(x_km=x, y_km=50.0 * share, time_h=time_h)
        assert abs(u) < 1e-12
    for y in (0.0, 50.0):
        _, v = GYRE.velocity_m_s(x_km=90.0 * share, y_km=y, time_h=time_h)
        assert abs(v) < 1e-12


@given(time_h=st.floats(0, 300), x=st.floats(1, 89), y=st.floats(1, 49))
def test_flow_is_free_of_divergence(time_h: float, x: float, y: float) -> None:
    h = 1e-3
    u, _ = GYRE.velocity_m_s(x_km=[x - h, x + h], y_km=y, time_h=time_h)
    _, v = GYRE.velocity_m_s(x_km=x, y_km=[y - h, y + h], time_h=time_h)
    divergence = (u[1] - u[0]) / (2 * h) + (v[1] - v[0]) / (2 * h)
    assert abs(divergence) < 1e-8


def test_peak_speed_lies_at_the_edge_above_each_eddy() -> None:
    """sin(pi f) cos(pi y) is 1 at a quarter of the width and y = 0."""
    u, v = STEADY.velocity_m_s(x_km=22.5, y_km=0.0, time_h=0.0)
    assert u == pytest.approx(-0.1)
    assert v == pytest.approx(0.0, abs=1e-12)


def test_steady_flow_keeps_its_stream_function() -> None:
    """Without swing sin(pi x) sin(pi y) is constant along a path (closed form)."""
    x, y = np.array([10.0, 30.0, 70.0]), np.array([10.0, 40.0, 20.0])
    x1, y1 = STEADY.advect(x_km=x, y_km=y, start_h=0.0, end_h=240.0)

    def stream(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.sin(np.pi * 2 * a / 90.0) * np.sin(np.pi * b / 50.0)

    assert np.hypot(x1 - x, y1 - y).min() > 1.0
    assert stream(x1, y1) == pytest.approx(stream(x, y), abs=1e-6)


def test_there_and_back_returns_to_the_start() -> None:
    x, y = np.array([12.0, 50.0]), np.array([33.0, 8.0])
    x1, y1 = GYRE.advect(x_km=x, y_km=y, start_h=5.0, end_h=77.5)
    x2, y2 = GYRE.advect(x_km=x1, y_km=y1, start_h=77.5, end_h=5.0)
    assert x2 == pytest.approx(x, abs=1e-5)
    assert y2 == pytest.approx(y, abs=1e-5)


def test_no_time_is_no_way() -> None:
    x, y = GYRE.advect(x_km=[1.0], y_km=[2.0], start_h=3.0, end_h=3.0)
    assert (x[0], y[0]) == (1.0, 2.0)


@pytest.mark.parametrize(
    "change", [{"width_km": 0.0}, {"height_km": -1.0}, {"swing": 0.5}, {"period_h": 0}]
)
def test_impossible_boxes_are_refused(change: dict[str, float]) -> None:
    values = {"width_km": 9.0, "height_km": 5.0, "peak_m_s": 0.1} | change
    with pytest.raises(InputError, match=next(iter(change))):
        DoubleGyre(**values)


def test_speed_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="nan"):
        DoubleGyre(width_km=9.0, height_km=5.0, peak_m_s=float("nan"))
