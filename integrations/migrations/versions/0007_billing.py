"""Billing's lifecycle: changes that are scheduled, closing of organisations, usage, and how far events were caught up."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SUBSCRIPTION_COLUMNS = (
    ("cancellation_reason", sa.Text()),
    ("schedule_id", sa.Text()),
    ("scheduled_price_id", sa.Text()),
    ("scheduled_at", sa.DateTime(timezone=True)),
)
_ORGANISATION_COLUMNS = ("customer_outdated_since", "closing_since", "closed_at")


def upgrade() -> None:
    for name, kind in _SUBSCRIPTION_COLUMNS:
        op.add_column("subscriptions", sa.Column(name, kind, nullable=True))
    for name in _ORGANISATION_COLUMNS:
        op.add_column("organisations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "event_cursors",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_event_cursors")),
    )
    op.create_table(
        "usage_records",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("meter", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_usage_records_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_records")),
    )
    op.create_index(op.f("ix_usage_records_organisation_id"), "usage_records", ["organisation_id"])
    op.create_index(op.f("ix_usage_records_reported_at"), "usage_records", ["reported_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_usage_records_reported_at"), table_name="usage_records")
    op.drop_index(op.f("ix_usage_records_organisation_id"), table_name="usage_records")
    op.drop_table("usage_records")
    op.drop_table("event_cursors")
    for name in reversed(_ORGANISATION_COLUMNS):
        op.drop_column("organisations", name)
    for name, _ in reversed(_SUBSCRIPTION_COLUMNS):
        op.drop_column("subscriptions", name)
