"""The tables of imported field data and of what is set around it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.storage._base import Base
from core.storage._types import UtcMicroseconds

__all__ = [
    "Area",
    "HarmWeightsVersion",
    "ImportProfile",
    "ImportRow",
    "ImportedFile",
    "Measurement",
    "ModelField",
    "Revision",
    "SamplingEvent",
]


class Measurement(Base):
    """A row of the measurement frame, and whether its import still stands."""

    __tablename__ = "measurement"
    __table_args__ = (
        Index("ix_measurement_quantity", "quantity", "medium"),
        Index("ix_measurement_survey", "survey"),
        Index("ix_measurement_observed_at", "observed_at"),
        Index("ix_measurement_import_id", "import_id"),
    )

    measurement_id: Mapped[str] = mapped_column(primary_key=True)
    survey: Mapped[str]
    event: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    observed_at: Mapped[datetime | None] = mapped_column(UtcMicroseconds)
    time_precision: Mapped[str]
    quantity: Mapped[str]
    medium: Mapped[str]
    category: Mapped[str]
    item_list: Mapped[str]
    item_code: Mapped[str]
    size_class: Mapped[str]
    size_min_mm: Mapped[float | None]
    size_max_mm: Mapped[float | None]
    value: Mapped[float | None]
    value_low: Mapped[float | None]
    value_high: Mapped[float | None]
    count: Mapped[float | None]
    effort: Mapped[float | None]
    method: Mapped[str]
    correction: Mapped[str]
    quality_flag: Mapped[int]
    note: Mapped[str]
    source: Mapped[str]
    source_row: Mapped[int]
    simulated: Mapped[bool]
    h3: Mapped[str]
    active: Mapped[bool]
    import_id: Mapped[str]
    ingested_at: Mapped[datetime] = mapped_column(UtcMicroseconds)


class SamplingEvent(Base):
    """A tow, walk or flight: effort, whether or not anything was found."""

    __tablename__ = "sampling_event"
    __table_args__ = (
        Index("ix_sampling_event_event", "event"),
        Index("ix_sampling_event_survey", "survey"),
        Index("ix_sampling_event_import_id", "import_id"),
    )

    event_id: Mapped[str] = mapped_column(primary_key=True)
    survey: Mapped[str]
    event: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    end_lat: Mapped[float | None]
    end_lon: Mapped[float | None]
    started_at: Mapped[datetime | None] = mapped_column(UtcMicroseconds)
    ended_at: Mapped[datetime | None] = mapped_column(UtcMicroseconds)
    method: Mapped[str]
    medium: Mapped[str]
    effort: Mapped[float | None]
    effort_unit: Mapped[str]
    wind_m_s: Mapped[float | None]
    beaufort: Mapped[float | None]
    quality_flag: Mapped[int]
    note: Mapped[str]
    source_row: Mapped[int]
    simulated: Mapped[bool]
    h3: Mapped[str]
    active: Mapped[bool]
    import_id: Mapped[str]
    ingested_at: Mapped[datetime] = mapped_column(UtcMicroseconds)


class ImportedFile(Base):
    """A file that was imported: what it was, what came of it, and if it stands.

    ``sha256``, ``report_sha256`` and those of ``companions`` and ``tables`` name files
    of ``store.files``.
    """

    __tablename__ = "imported_file"

    import_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    profile: Mapped[str]
    companions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    surveys: Mapped[list[str]] = mapped_column(default=list)
    report_sha256: Mapped[str] = mapped_column(default="")
    rows: Mapped[int]
    accepted: Mapped[int]
    rejected: Mapped[int]
    duplicates: Mapped[int]
    n_observations: Mapped[int] = mapped_column(default=0)
    n_measurements: Mapped[int] = mapped_column(default=0)
    n_events: Mapped[int] = mapped_column(default=0)
    n_fields: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str] = mapped_column(default="")


class ImportRow(Base):
    """A row that came with one more import than the one it names itself."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_row_id", "row_id"),
        {"sqlite_with_rowid": False},
    )

    import_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[str] = mapped_column(primary_key=True)


class ImportProfile(Base):
    """A version of a layout that a user described; none is ever overwritten."""

    __tablename__ = "import_profile"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


class ModelField(Base):
    """A published model field; its grid is a stored file."""

    __tablename__ = "model_field"

    field_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    quantity: Mapped[str]
    n_lat: Mapped[int]
    n_lon: Mapped[int]
    total: Mapped[float]
    source: Mapped[str]
    sha256: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]


class HarmWeightsVersion(Base):
    """A version of the harm weights; none is ever overwritten."""

    __tablename__ = "harm_weights"

    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    note: Mapped[str]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


class Area(Base):
    """A named area: one that is sensitive, the range of a species, or drawn."""

    __tablename__ = "area"

    area_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    geojson: Mapped[dict[str, Any]]
    properties: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]
    retired_at: Mapped[datetime | None]


class Revision(Base):
    """How often a kind of record changed; what is derived from it is kept by this."""

    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default=text("0"))
