"""The tables of what was found and marked inside photos."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.storage._base import Base

__all__ = ["BoxReview", "Detection", "PhotoFeature"]


class Detection(Base):
    """What one detector found on one photo; an empty list is a finding too.

    ``boxes`` holds ``{"category", "bbox": [x, y, w, h], "score"}``, px of the upright
    photo.
    """

    __tablename__ = "detection"
    __table_args__ = (UniqueConstraint("photo_sha256", "model"),)

    detection_id: Mapped[int] = mapped_column(primary_key=True)
    photo_sha256: Mapped[str] = mapped_column(ForeignKey("photo.sha256"))
    model: Mapped[str]
    boxes: Mapped[list[dict[str, Any]]]
    created_at: Mapped[datetime]


class BoxReview(Base):
    """All boxes of a photo as a person left them; undone ones stay, marked.

    ``boxes`` is as in `Detection`, without a score where a person drew the box.
    ``blind`` marks a second opinion given without seeing the first.
    """

    __tablename__ = "box_review"
    __table_args__ = (Index("ix_box_review_photo_sha256", "photo_sha256"),)

    box_review_id: Mapped[int] = mapped_column(primary_key=True)
    photo_sha256: Mapped[str] = mapped_column(ForeignKey("photo.sha256"))
    boxes: Mapped[list[dict[str, Any]]]
    actor: Mapped[str]
    at: Mapped[datetime]
    blind: Mapped[bool] = mapped_column(default=False, server_default=text("0"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")


class PhotoFeature(Base):
    """The vector by which a model tells photos apart, as little-endian float16."""

    __tablename__ = "photo_feature"

    photo_sha256: Mapped[str] = mapped_column(
        ForeignKey("photo.sha256"), primary_key=True
    )
    model: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes]
