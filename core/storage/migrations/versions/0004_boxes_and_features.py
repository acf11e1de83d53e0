"""Boxes found and marked on photos, features of photos, blind reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "review",
        sa.Column("blind", sa.Boolean(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "prediction",
        sa.Column(
            "is_foreign", sa.Boolean(), server_default=sa.text("0"), nullable=False
        ),
    )
    op.create_table(
        "detection",
        sa.Column("detection_id", sa.Integer(), nullable=False),
        sa.Column("photo_sha256", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("boxes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_sha256"],
            ["photo.sha256"],
            name=op.f("fk_detection_photo_sha256_photo"),
        ),
        sa.PrimaryKeyConstraint("detection_id", name=op.f("pk_detection")),
        sa.UniqueConstraint(
            "photo_sha256", "model", name=op.f("uq_detection_photo_sha256")
        ),
    )
    op.create_table(
        "box_review",
        sa.Column("box_review_id", sa.Integer(), nullable=False),
        sa.Column("photo_sha256", sa.String(), nullable=False),
        sa.Column("boxes", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("blind", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_sha256"],
            ["photo.sha256"],
            name=op.f("fk_box_review_photo_sha256_photo"),
        ),
        sa.PrimaryKeyConstraint("box_review_id", name=op.f("pk_box_review")),
    )
    op.create_index("ix_box_review_photo_sha256", "box_review", ["photo_sha256"])
    op.create_table(
        "photo_feature",
        sa.Column("photo_sha256", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_sha256"],
            ["photo.sha256"],
            name=op.f("fk_photo_feature_photo_sha256_photo"),
        ),
        sa.PrimaryKeyConstraint("photo_sha256", "model", name=op.f("pk_photo_feature")),
    )


def downgrade() -> None:
    for table in ("photo_feature", "box_review", "detection"):
        op.drop_table(table)
    op.drop_column("prediction", "is_foreign")
    op.drop_column("review", "blind")
