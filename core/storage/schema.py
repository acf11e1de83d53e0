"""The tables. A change here comes with a migration and its test."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.storage._base import Base
from core.storage._types import UtcMicroseconds

__all__ = [
    "AuditEntry",
    "Base",
    "Fleet",
    "Forcing",
    "Forecast",
    "Haul",
    "Job",
    "Observation",
    "Photo",
    "Plan",
    "Port",
    "Prediction",
    "RefusedFile",
    "RefusedMessage",
    "Review",
    "Sensor",
    "SensorFix",
    "SkillReport",
    "Survey",
]

_IMPORTED = text("import_id != ''")


class Survey(Base):
    """One flight, cruise, walk or imported table."""

    __tablename__ = "survey"

    name: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(default="")


class Photo(Base):
    """A photo by its content; the same bytes are one photo."""

    __tablename__ = "photo"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    format: Mapped[str]
    taken_at: Mapped[datetime | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    position_source: Mapped[str] = mapped_column(default="")
    effort_km2: Mapped[float | None]
    thumbnail_sha256: Mapped[str] = mapped_column(default="")
    warnings: Mapped[list[str]] = mapped_column(default=list)
    simulated: Mapped[bool] = mapped_column(default=False)
    survey: Mapped[str] = mapped_column(ForeignKey("survey.name"), index=True)
    added_at: Mapped[datetime]


class RefusedFile(Base):
    """A file that could not be used, and why."""

    __tablename__ = "refused_file"
    __table_args__ = (UniqueConstraint("survey", "name", "sha256"),)

    refused_id: Mapped[int] = mapped_column(primary_key=True)
    survey: Mapped[str]
    name: Mapped[str]
    reason: Mapped[str]
    sha256: Mapped[str] = mapped_column(default="")
    size_bytes: Mapped[int | None]
    refused_at: Mapped[datetime]


class Prediction(Base):
    """What one model said about one photo; ``is_foreign`` if unlike what it knows."""

    __tablename__ = "prediction"
    __table_args__ = (UniqueConstraint("photo_sha256", "model"),)

    prediction_id: Mapped[int] = mapped_column(primary_key=True)
    photo_sha256: Mapped[str] = mapped_column(ForeignKey("photo.sha256"))
    model: Mapped[str] = mapped_column(index=True)
    category: Mapped[str]
    confidence: Mapped[float]
    probabilities: Mapped[dict[str, Any]]
    status: Mapped[str]
    is_foreign: Mapped[bool] = mapped_column(default=False, server_default=text("0"))
    created_at: Mapped[datetime]


class Review(Base):
    """A person's decision on a photo; undone ones stay, marked.

    ``blind`` marks a second opinion given without seeing the first.
    """

    __tablename__ = "review"

    review_id: Mapped[int] = mapped_column(primary_key=True)
    photo_sha256: Mapped[str] = mapped_column(ForeignKey("photo.sha256"), index=True)
    category: Mapped[str]
    previous: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    blind: Mapped[bool] = mapped_column(default=False, server_default=text("0"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")


class Observation(Base):
    """A row of the observation frame, and whether it still stands."""

    __tablename__ = "observation"
    __table_args__ = (
        Index("ix_observation_survey", "survey"),
        Index("ix_observation_category", "category"),
        Index("ix_observation_observed_at", "observed_at"),
        Index("ix_observation_h3", "h3"),
        Index("ix_observation_photo_sha256", "photo_sha256"),
        # Most rows of a working store name no import; they need no entry.
        Index("ix_observation_import_id", "import_id", sqlite_where=_IMPORTED),
    )

    observation_id: Mapped[str] = mapped_column(primary_key=True)
    survey: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    observed_at: Mapped[datetime] = mapped_column(UtcMicroseconds)
    category: Mapped[str]
    count: Mapped[int]
    mass_kg: Mapped[float | None]
    effort_km2: Mapped[float | None]
    size_class: Mapped[str]
    quality_flag: Mapped[int]
    source: Mapped[str]
    photo_sha256: Mapped[str]
    model: Mapped[str]
    confidence: Mapped[float | None]
    simulated: Mapped[bool]
    h3: Mapped[str]
    active: Mapped[bool]
    superseded_by: Mapped[str | None]
    ingested_at: Mapped[datetime] = mapped_column(UtcMicroseconds)
    import_id: Mapped[str] = mapped_column(server_default=text("''"))


class Port(Base):
    """A port where vessels start, unload and end."""

    __tablename__ = "port"

    locode: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    unload_h: Mapped[float]
    simulated: Mapped[bool] = mapped_column(default=False)


class Fleet(Base):
    """A named fleet: vessels and ports in the layout of the contract."""

    __tablename__ = "fleet"

    name: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    simulated: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(default="")


class Plan(Base):
    """A cleanup plan as it was made."""

    __tablename__ = "plan"

    plan_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]]
    seed: Mapped[int]
    solver: Mapped[str]
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str]


class Haul(Base):
    """What a vessel brought in from a site."""

    __tablename__ = "haul"

    haul_id: Mapped[str] = mapped_column(primary_key=True)
    vessel: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime]
    site: Mapped[str]
    planned_kg: Mapped[float | None]
    hauled_kg: Mapped[float]
    hours: Mapped[float]
    fuel_l: Mapped[float | None]
    cost: Mapped[float | None]
    distance_km: Mapped[float | None]
    simulated: Mapped[bool]


class Job(Base):
    """Long work; the fields are those of ``core.jobs.Job``."""

    __tablename__ = "job"

    job_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    attempt: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Forcing(Base):
    """One kind of ocean forcing (current, wind, ...) out of one stored file.

    A row is never changed to other data: a refresh adds a row and retires the old one,
    so that a forecast's ``forcing_ids`` always name what it was made from.
    """

    __tablename__ = "forcing"
    __table_args__ = (UniqueConstraint("kind", "sha256"),)

    forcing_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    source_url: Mapped[str] = mapped_column(default="")
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attribution: Mapped[str] = mapped_column(default="")
    licence: Mapped[str] = mapped_column(default="")
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    n_times: Mapped[int]
    resolution_deg: Mapped[float | None]
    warnings: Mapped[list[str]] = mapped_column(default=list)
    simulated: Mapped[bool] = mapped_column(default=False)
    fetched_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    stale_since: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    superseded_by: Mapped[str] = mapped_column(default="")
    added_by: Mapped[str]


class Forecast(Base):
    """A drift forecast or hindcast; its tracks are a stored Parquet file."""

    __tablename__ = "forecast"

    forecast_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    params: Mapped[dict[str, Any]]
    forcing_ids: Mapped[list[str]]
    result_sha256: Mapped[str]
    summary: Mapped[dict[str, Any]]
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str]


class SkillReport(Base):
    """How well forecasts met drifters, as it was measured."""

    __tablename__ = "skill_report"

    report_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    document: Mapped[dict[str, Any]]
    source_sha256: Mapped[str] = mapped_column(default="")
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str]


class Sensor(Base):
    """A buoy, drifter or vessel that sends, and when it was last heard."""

    __tablename__ = "sensor"

    sensor_id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")
    last_seen_at: Mapped[datetime]
    last_message_at: Mapped[datetime | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SensorFix(Base):
    """One position of a sensor with what it measured there; doubtful ones are flagged.

    ``values`` holds what was measured by name, with the unit in the name.
    """

    __tablename__ = "sensor_fix"
    __table_args__ = (
        Index("ix_sensor_fix_sensor_id_observed_at", "sensor_id", "observed_at"),
        Index("ix_sensor_fix_observed_at", "observed_at"),
    )

    message_id: Mapped[str] = mapped_column(primary_key=True)
    sensor_id: Mapped[str]
    platform_id: Mapped[str]
    observed_at: Mapped[datetime] = mapped_column(UtcMicroseconds)
    received_at: Mapped[datetime] = mapped_column(UtcMicroseconds)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    values: Mapped[dict[str, Any]]
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    quality_flag: Mapped[int]
    reasons: Mapped[list[str]]
    topic: Mapped[str]
    profile: Mapped[str]
    simulated: Mapped[bool]


class RefusedMessage(Base):
    """A sensor message that could not be used; only the newest are kept."""

    __tablename__ = "refused_message"

    refused_id: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    topic: Mapped[str]
    reason: Mapped[str]
    payload: Mapped[str]


class AuditEntry(Base):
    """A link of the audit chain; triggers refuse to change or delete it.

    ``at`` and ``detail`` are kept as the text that was hashed.
    """

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    actor: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str]
    previous_hash: Mapped[str]
    entry_hash: Mapped[str] = mapped_column(unique=True)
