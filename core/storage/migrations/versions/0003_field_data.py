"""Field data and their imports, areas, harm weights, revisions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_IMPORTED = sa.text("import_id != ''")


def upgrade() -> None:
    # In place: copying a million observations would take a minute and twice the room.
    op.add_column(
        "observation",
        sa.Column(
            "import_id", sa.String(), server_default=sa.text("''"), nullable=False
        ),
    )
    op.create_index(
        "ix_observation_import_id", "observation", ["import_id"], sqlite_where=_IMPORTED
    )
    _create_field_tables()
    _create_import_tables()
    _create_setting_tables()


def _create_field_tables() -> None:
    op.create_table(
        "measurement",
        sa.Column("measurement_id", sa.String(), nullable=False),
        sa.Column("survey", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("time_precision", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("item_list", sa.String(), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("size_class", sa.String(), nullable=False),
        sa.Column("size_min_mm", sa.Double(), nullable=True),
        sa.Column("size_max_mm", sa.Double(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("value_low", sa.Double(), nullable=True),
        sa.Column("value_high", sa.Double(), nullable=True),
        sa.Column("count", sa.Double(), nullable=True),
        sa.Column("effort", sa.Double(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("correction", sa.String(), nullable=False),
        sa.Column("quality_flag", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_row", sa.Integer(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("h3", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("ingested_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measurement_id", name=op.f("pk_measurement")),
    )
    op.create_index(op.f("ix_measurement_import_id"), "measurement", ["import_id"])
    op.create_index(op.f("ix_measurement_observed_at"), "measurement", ["observed_at"])
    op.create_index(
        op.f("ix_measurement_quantity"), "measurement", ["quantity", "medium"]
    )
    op.create_index(op.f("ix_measurement_survey"), "measurement", ["survey"])
    op.create_table(
        "sampling_event",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("survey", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("end_lat", sa.Double(), nullable=True),
        sa.Column("end_lon", sa.Double(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("effort", sa.Double(), nullable=True),
        sa.Column("effort_unit", sa.String(), nullable=False),
        sa.Column("wind_m_s", sa.Double(), nullable=True),
        sa.Column("beaufort", sa.Double(), nullable=True),
        sa.Column("quality_flag", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source_row", sa.Integer(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("h3", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("ingested_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_sampling_event")),
    )
    op.create_index(op.f("ix_sampling_event_event"), "sampling_event", ["event"])
    op.create_index(
        op.f("ix_sampling_event_import_id"), "sampling_event", ["import_id"]
    )
    op.create_index(op.f("ix_sampling_event_survey"), "sampling_event", ["survey"])


def _create_import_tables() -> None:
    op.create_table(
        "imported_file",
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("companions", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("surveys", sa.JSON(), nullable=False),
        sa.Column("report_sha256", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("n_observations", sa.Integer(), nullable=False),
        sa.Column("n_measurements", sa.Integer(), nullable=False),
        sa.Column("n_events", sa.Integer(), nullable=False),
        sa.Column("n_fields", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imported_file")),
    )
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "import_id", "kind", "row_id", name=op.f("pk_import_row")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_import_row_row_id"), "import_row", ["row_id"])
    op.create_table(
        "import_profile",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_import_profile")),
    )


def _create_setting_tables() -> None:
    op.create_table(
        "model_field",
        sa.Column("field_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("n_lat", sa.Integer(), nullable=False),
        sa.Column("n_lon", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("field_id", name=op.f("pk_model_field")),
    )
    op.create_table(
        "harm_weights",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_harm_weights")),
    )
    op.create_table(
        "area",
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("geojson", sa.JSON(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_kind"), "area", ["kind"])
    op.create_table(
        "revision",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revision")),
    )


def downgrade() -> None:
    for table in (
        "revision",
        "area",
        "harm_weights",
        "model_field",
        "import_profile",
        "import_row",
        "imported_file",
        "sampling_event",
        "measurement",
    ):
        op.drop_table(table)
    op.drop_index("ix_observation_import_id", "observation")
    op.drop_column("observation", "import_id")
