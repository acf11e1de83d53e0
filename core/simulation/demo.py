"""The demo data: a simulated sea taken in through the same doors as real surveys.

Photos go through decoding, the shipped classifier and the audit log; counts through the
checks of imported tables; forcing, fixes and the forecast through their own; field
tables through the import of files. Every step can be repeated: what is there already is
left as it is, so a run that was killed is finished by the next one.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from core.errors import InputError, NotFoundError
from core.governance import record
from core.simulation.field_data import take_in_field_data
from core.simulation.files import write_photos
from core.simulation.fleet import DEMO_PORTS, fleet_yaml
from core.simulation.ocean import take_in_forcing, take_in_forecast
from core.simulation.sea import DEMO_SEED, SimulatedSea, simulate_sea

if TYPE_CHECKING:
    from core.classification import PhotoClassifier
    from core.config import Settings
    from core.storage import Store

__all__ = [
    "DEMO_FLEET",
    "DemoBuilt",
    "build_demo",
    "demo_is_built",
    "holds_real_data",
]

DEMO_FLEET = "Simulated demo fleet"
_ACTOR = "demo"
_SUBJECT = "demo:sea"
_BEGIN, _DONE = "demo.begin", "demo.build"
#: Demos built before there were these lack them and are completed by the next run.
_OCEAN, _FIELD_DATA = "demo.ocean", "demo.field_data"
_NOTE = "Made by the simulated sea of the demo; not an observation."

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class DemoBuilt:
    """What the store holds of the demo, and whether this run put it there."""

    seed: int
    n_photos: int
    n_observations: int
    n_hauls: int
    n_forcings: int
    n_fixes: int
    n_forecasts: int
    n_measurements: int
    was_built: bool

    def to_dict(self) -> dict[str, int | bool]:
        """Return JSON values."""
        return {
            "seed": self.seed,
            "n_photos": self.n_photos,
            "n_observations": self.n_observations,
            "n_hauls": self.n_hauls,
            "n_forcings": self.n_forcings,
            "n_fixes": self.n_fixes,
            "n_forecasts": self.n_forecasts,
            "n_measurements": self.n_measurements,
            "was_built": self.was_built,
            "simulated": True,
        }


def demo_is_built(store: "Store") -> bool:
    """Whether the demo was taken in to its end."""
    steps = (_DONE, _OCEAN, _FIELD_DATA)
    return all(store.audit.entries(action=step, limit=1) for step in steps)


def holds_real_data(store: "Store") -> bool:
    """Whether the store holds something that is not simulated.

    Looked at are surveys, observations, measurements, hauls, model fields, forcing and
    sensor fixes.
    """
    rows = [*store.surveys.listing(), *store.forcings.listing(active=None)]
    if any(not row["simulated"] for row in rows):
        return True
    if store.model_fields.listing() or not store.fixes.frame()["simulated"].all():
        return True
    if not all(store.measurements.columns(("simulated",))["simulated"]):
        return True
    hauls = store.hauls.frame()
    observations = store.observations.frame()
    return not (
        bool(hauls["simulated"].all()) and bool(observations["simulated"].all())
    )


def build_demo(
    store: "Store",
    settings: "Settings",
    *,
    seed: int = DEMO_SEED,
    progress: Progress | None = None,
    classifier: "PhotoClassifier | None" = None,
) -> DemoBuilt:
    """Fill the store with a simulated sea.

    Photos, counts, fleet and past hauls; current, wind and drifters; a forecast of the
    hotspots' drift and a report of how well drifters can be forecast; tables of net
    tows and beach walks, and a sensitive area.

    Parameters
    ----------
    store : Store
        Where it goes; what is there already is left as it is.
    settings : Settings
        Says where photo files and models are.
    seed : int, default `DEMO_SEED`
        Which sea.
    progress : callable, optional
        Called as ``progress(step, done, total)``.
    classifier : PhotoClassifier, optional
        The shipped model of the settings unless given.

    Returns
    -------
    DemoBuilt
        Figures, and whether anything was missing.

    Raises
    ------
    InputError
        If the store holds the demo of another seed, or the folder cannot be written.
    NotFoundError, ModelError
        If the shipped model is missing or damaged; what was taken in before stays.
    """
    report = progress or _silent
    _begin(store, seed)
    if demo_is_built(store):
        return _figures(store, seed, was_built=False)
    report("simulating the sea", 0, 1)
    sea = simulate_sea(seed)
    _take_in_tables(store, sea)
    report("simulating the sea", 1, 1)
    files = write_photos(
        sea.flights,
        settings.data_dir / "demo" / f"photos-seed-{seed}",
        progress=lambda done, total: report("painting photos", done, total),
    )
    _take_in_photos(store, sea, files, classifier or _shipped(settings), report)
    detail = {"seed": seed, "simulated": True, "n_photos": sum(map(len, files))}
    _note(store, _DONE, detail)
    report("drifting", 0, 2)
    folder = settings.data_dir / "demo" / f"ocean-seed-{seed}"
    ids = take_in_forcing(store, sea, folder, actor=_ACTOR)
    report("drifting", 1, 2)
    take_in_forecast(store, sea, ids, actor=_ACTOR)
    _note(store, _OCEAN, {"seed": seed, "simulated": True})
    report("drifting", 2, 2)
    report("importing field tables", 0, 1)
    folder = settings.data_dir / "demo" / f"field-seed-{seed}"
    take_in_field_data(store, sea, folder, actor=_ACTOR)
    _note(store, _FIELD_DATA, {"seed": seed, "simulated": True})
    report("importing field tables", 1, 1)
    return _figures(store, seed, was_built=True)


def _begin(store: "Store", seed: int) -> None:
    with store.transaction():
        begun = store.audit.entries(action=_BEGIN, limit=1)
        if not begun:
            record(store, _BEGIN, _ACTOR, _SUBJECT, {"seed": seed, "simulated": True})
            return
    there = json.loads(begun[0]["detail"])["seed"]
    if there != seed:
        raise InputError(
            f"the store holds the demo of seed {there}, not {seed}; "
            "set GYRE_DATA_DIR to another folder for another sea"
        )


def _note(store: "Store", action: str, detail: dict[str, int | bool]) -> None:
    with store.transaction():
        if not store.audit.entries(action=action, limit=1):
            record(store, action, _ACTOR, _SUBJECT, detail)


def _take_in_tables(store: "Store", sea: SimulatedSea) -> None:
    """Take in deck counts, fleet, ports and hauls; each add skips what is known."""
    from core.observations import make_observations
    from core.surveys import create_survey

    checked = make_observations(sea.deck_counts)
    if checked.rejected:
        raise InputError(f"simulated deck counts were refused: {checked.rejected[0]}")
    create_survey(
        store,
        str(sea.deck_counts["survey"].iloc[0]),
        actor=_ACTOR,
        platform="vessel",
        started_at=checked.accepted["observed_at"].min().to_pydatetime(),
        note=_NOTE,
        simulated=True,
    )
    store.observations.add(checked.accepted)
    store.hauls.add(sea.hauls)
    known = {port["locode"] for port in store.fleets.ports()}
    store.fleets.save_ports(
        [vars(port) for port in DEMO_PORTS if port.locode not in known]
    )
    try:
        store.fleets.get(DEMO_FLEET)
    except NotFoundError:
        store.fleets.save(
            DEMO_FLEET,
            yaml.safe_load(fleet_yaml()),
            simulated=True,
            updated_by=_ACTOR,
        )


def _take_in_photos(
    store: "Store",
    sea: SimulatedSea,
    files: Sequence[Sequence[Path]],
    classifier: "PhotoClassifier",
    report: Progress,
) -> None:
    from core.surveys import create_survey, take_in

    total = sum(map(len, files))
    before = 0
    for flight, paths in zip(sea.flights, files, strict=True):
        create_survey(
            store,
            flight.survey,
            actor=_ACTOR,
            platform="drone",
            started_at=flight.photos[0].taken_at,
            note=_NOTE,
            simulated=True,
        )

        def step(done: int, _n: int, _name: str, offset: int = before) -> None:
            report("classifying photos", offset + done, total)

        take_in(
            store,
            classifier,
            flight.survey,
            _read(paths),
            actor=_ACTOR,
            footprint_km2=flight.photos[0].effort_km2,
            total=len(paths),
            progress=step,
        )
        before += len(paths)


def _read(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        yield path.name, path.read_bytes()


def _shipped(settings: "Settings") -> "PhotoClassifier":
    from core.classification import load_classifier

    return load_classifier(settings=settings)


def _figures(store: "Store", seed: int, *, was_built: bool) -> DemoBuilt:
    simulated = [row["name"] for row in store.surveys.listing() if row["simulated"]]
    hauls = store.hauls.frame()
    return DemoBuilt(
        seed=seed,
        n_photos=sum(store.photos.count(survey=name) for name in simulated),
        n_observations=len(store.observations.frame(survey=simulated)),
        n_hauls=int(hauls["simulated"].sum()),
        n_forcings=sum(row["simulated"] for row in store.forcings.listing()),
        n_fixes=int(store.fixes.frame()["simulated"].sum()),
        n_forecasts=sum(row["simulated"] for row in store.forecasts.listing()),
        n_measurements=int(
            store.measurements.columns(("simulated",))["simulated"].sum()
        ),
        was_built=was_built,
    )


def _silent(_step: str, _done: int, _total: int) -> None:
    """Report to nobody."""
