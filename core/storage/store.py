"""The store: one object that holds every repository."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import func, select

from core.errors import StorageError
from core.storage._migrate import migrate
from core.storage.areas import Areas, HarmWeightsVersions, ModelFields
from core.storage.audit import AuditLog
from core.storage.box_reviews import BoxReviews
from core.storage.database import Database, sqlite_path
from core.storage.detections import Detections
from core.storage.features import Features
from core.storage.files import ContentFiles
from core.storage.fixes import Fixes
from core.storage.forcings import Forcings
from core.storage.forecasts import Forecasts, SkillReports
from core.storage.hauls import Hauls
from core.storage.imports import ImportProfiles, Imports
from core.storage.jobs import Jobs
from core.storage.measurements import Measurements, SamplingEvents
from core.storage.observations import Observations
from core.storage.photos import Photos
from core.storage.plans import Fleets, Plans
from core.storage.predictions import Predictions
from core.storage.reviews import Reviews
from core.storage.revisions import Revisions
from core.storage.schema import Base
from core.storage.sensors import Sensors
from core.storage.surveys import Surveys

__all__ = ["Store", "open_store"]


class Store:
    """Everything Gyre keeps.

    Attributes
    ----------
    surveys, photos, predictions, reviews, detections, box_reviews, features, \
observations, plans, fleets, hauls, forcings, forecasts, skill_reports, sensors, \
fixes, jobs, audit, measurements, events, imports, import_profiles, model_fields, \
areas, harm_weights, revisions
        Repositories; each returns plain dicts or frames.
    files : ContentFiles
        Photos, thumbnails, forcing files and forecast tracks, by SHA-256.
    data_dir : Path
        Folder of the files.
    """

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database = database
        self.data_dir = data_dir
        self.path = database.path
        self.files = ContentFiles(data_dir / "files")
        self.surveys = Surveys(database)
        self.photos = Photos(database)
        self.predictions = Predictions(database)
        self.reviews = Reviews(database)
        self.detections = Detections(database)
        self.box_reviews = BoxReviews(database)
        self.features = Features(database)
        self.observations = Observations(database)
        self.measurements = Measurements(database)
        self.events = SamplingEvents(database)
        self.imports = Imports(database)
        self.import_profiles = ImportProfiles(database)
        self.model_fields = ModelFields(database)
        self.areas = Areas(database)
        self.harm_weights = HarmWeightsVersions(database)
        self.revisions = Revisions(database)
        self.plans = Plans(database)
        self.fleets = Fleets(database)
        self.hauls = Hauls(database)
        self.forcings = Forcings(database)
        self.forecasts = Forecasts(database)
        self.skill_reports = SkillReports(database)
        self.sensors = Sensors(database)
        self.fixes = Fixes(database)
        self.jobs = Jobs(database)
        self.audit = AuditLog(database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are one: either all are kept or none."""
        with self._database.write():
            yield

    def counts(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        with self._database.read() as connection:
            return {
                table.name: int(
                    connection.scalar(select(func.count()).select_from(table)) or 0
                )
                for table in Base.metadata.sorted_tables
            }

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_store(url: str, *, data_dir: Path | None = None) -> Store:
    """Open the store, make it if new, and bring its tables up to date.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE``.
    data_dir : Path, optional
        Folder of the content-addressed files; beside the database if not given.

    Returns
    -------
    Store
        May be shared by threads.

    Raises
    ------
    StorageError
        If the file cannot be opened, read or written.
    MigrationError
        If it was written by a newer version, or by something else.
    """
    path = sqlite_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {path.parent}: {error.strerror}") from error
    database = Database(path)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database, data_dir or path.parent)
