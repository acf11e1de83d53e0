"""Ways to forecast a drifter that are set against each other.

Two baselines, and the last hour's motion as a stricter one; each ocean model alone and
with the textbook 2 % of the wind; and what fitting on drifters adds, part by part.
Those that were fitted see training drifters only (:mod:`core.drift.skill.folds`).
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.drift.skill.blend import Blend, blended_velocity
from core.drift.skill.drifters import HourlyTracks
from core.drift.skill.windows import HISTORY_H, Windows

__all__ = [
    "BASELINES",
    "TEXTBOOK_WINDAGE",
    "Configuration",
    "blend_velocities",
    "configurations_of",
    "fixed_velocities",
]

ComplexArray = npt.NDArray[np.complex128]

#: The customary share of the wind for surface drifters, and no deflection.
TEXTBOOK_WINDAGE = 0.02
#: Baselines that a forecast must beat.
BASELINES: tuple[str, ...] = ("stays_put", "persistence")
_STRICT_BASELINE = "last_hour"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One way to forecast.

    Attributes
    ----------
    name, label : str
        Key in a report, and words for people.
    is_baseline, is_fitted, is_default : bool
        What kind it is; exactly one configuration of a report is the default.
    models : tuple of str
        Ocean models whose mean is taken.
    windage : str
        ``none``, ``textbook`` (2 %), ``regression`` or ``blend`` (with the rest).
    has_gain, has_memory : bool
        Whether the current's gain is fitted and the last residual is taken.
    """

    name: str
    label: str
    is_baseline: bool = False
    is_fitted: bool = False
    is_default: bool = False
    models: tuple[str, ...] = ()
    windage: str = "none"
    has_gain: bool = False
    has_memory: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration for JSON."""
        return {**asdict(self), "models": list(self.models)}


def configurations_of(
    tracks: HourlyTracks, *, can_fit: bool = True
) -> tuple[Configuration, ...]:
    """List the ways to forecast that a table allows.

    Parameters
    ----------
    tracks : HourlyTracks
        The tracks; without a model only baselines are left.
    can_fit : bool
        Whether there are drifters enough to fit on some and test on others.

    Returns
    -------
    tuple of Configuration
        Baselines first, the default last.
    """
    found = [
        Configuration(name="stays_put", label="Stays put", is_baseline=True),
        Configuration(
            name="persistence",
            label=f"Keeps the mean motion of the last {HISTORY_H} h",
            is_baseline=True,
        ),
        Configuration(
            name=_STRICT_BASELINE,
            label="Keeps the last hour's motion",
            is_baseline=True,
        ),
    ]
    models = tuple(tracks.currents)
    if models:
        sets = [(m,) for m in models] + ([models] if len(models) > 1 else [])
        for chosen in sets:
            found += _unfitted(chosen, models, has_wind=tracks.wind is not None)
    if models and can_fit:
        found += _fitted(models, has_wind=tracks.wind is not None)
    if models:
        # What a user gets: the last one, which holds every part that could be fitted.
        found[-1] = Configuration(**{**vars(found[-1]), "is_default": True})
    return tuple(found)


def _unfitted(
    chosen: tuple[str, ...], models: tuple[str, ...], *, has_wind: bool
) -> list[Configuration]:
    is_mean = len(chosen) > 1
    name = "mean" if is_mean else chosen[0]
    label = "Mean of the models" if is_mean else chosen[0].upper()
    found = [Configuration(name=name, label=label, models=chosen)]
    if has_wind:
        found.append(
            Configuration(
                name=f"{name}_wind_2",
                label=f"{label} + 2 % of the wind",
                models=chosen,
                windage="textbook",
            )
        )
    return found


def _fitted(models: tuple[str, ...], *, has_wind: bool) -> list[Configuration]:
    subject = "Models" if len(models) > 1 else models[0].upper()
    found = []
    for windage, has_gain, has_memory in (
        ("regression", False, False),
        ("blend", True, False),
        ("blend", False, True),
        ("blend", True, True),
    ):
        parts = {"windage": has_wind, "gain": has_gain, "memory": has_memory}
        if not any(parts.values()):
            continue
        words = [word for word, is_in in parts.items() if is_in]
        found.append(
            Configuration(
                name="_".join(["fitted", *words]),
                label=f"{subject} + fitted {', '.join(words)}",
                is_fitted=True,
                models=models,
                windage=windage if has_wind else "none",
                has_gain=has_gain,
                has_memory=has_memory,
            )
        )
    return found


def fixed_velocities(
    configuration: Configuration, tracks: HourlyTracks, windows: Windows
) -> ComplexArray:
    """Hourly velocities of a configuration that is not fitted, m/s, shape (n, h)."""
    shape = (len(windows), windows.horizon_h)
    if configuration.name == "stays_put":
        return np.zeros(shape, dtype=np.complex128)
    if configuration.is_baseline:
        back = 1 if configuration.name == _STRICT_BASELINE else HISTORY_H
        past = windows.start[:, None] - np.arange(1, back + 1)
        mean = tracks.velocity()[past].mean(axis=1)
        return np.broadcast_to(mean[:, None], shape)
    hours = windows.hours()
    current = np.mean([tracks.currents[m][hours] for m in configuration.models], axis=0)
    if configuration.windage == "textbook" and tracks.wind is not None:
        current = current + TEXTBOOK_WINDAGE * tracks.wind[hours]
    return np.asarray(current, dtype=np.complex128)


def blend_velocities(
    blend: Blend, tracks: HourlyTracks, windows: Windows
) -> ComplexArray:
    """Hourly velocities by a fitted blend, m/s, shape (n, horizon_h)."""
    current = tracks.current
    if current is None:
        current = np.zeros(len(tracks.lat), dtype=np.complex128)
    wind = np.zeros_like(current) if tracks.wind is None else tracks.wind
    model = _by_kind(blend, tracks, current, wind)
    hours = windows.hours()
    if blend.memory_h is None:
        return np.asarray(model[hours])
    last = windows.start - 1
    residual = tracks.velocity()[last] - model[last]
    lead_h = np.arange(windows.horizon_h, dtype=np.float64)
    return blended_velocity(
        model[hours],
        residual[:, None],
        lead_h[None, :],
        memory_h=blend.memory_h,
        step_h=1.0,
    )


def _by_kind(
    blend: Blend, tracks: HourlyTracks, current: ComplexArray, wind: ComplexArray
) -> ComplexArray:
    factor = np.array([blend.wind_by_kind.get(k, blend.wind) for k in tracks.kinds])
    return np.asarray(blend.current_gain * current + factor[tracks.kind] * wind)
