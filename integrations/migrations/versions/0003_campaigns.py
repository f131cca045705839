"""Campaigns, and the outbox of changes that are to be indexed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_search_changes()
    _create_campaigns()


def downgrade() -> None:
    op.drop_index(op.f("ix_campaigns_organisation_id"), table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_index(op.f("ix_search_changes_due_at"), table_name="search_changes")
    op.drop_table("search_changes")


def _create_search_changes() -> None:
    op.create_table(
        "search_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("campaigns", "studies", name="indexkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_changes")),
        sa.UniqueConstraint("kind", "object_id", name=op.f("uq_search_changes_kind_object_id")),
    )
    op.create_index(op.f("ix_search_changes_due_at"), "search_changes", ["due_at"], unique=False)


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("DRAFT", "SUBMITTED", name="campaignstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column(
            "primary_kpi",
            sa.Enum(
                "AD_RECALL",
                "BRAND_AWARENESS",
                "CONSIDERATION",
                "MESSAGE_ASSOCIATION",
                "BRAND_PREFERENCE",
                "PURCHASE_INTENT",
                "ACTION_INTENT",
                "RECOMMENDATION_INTENT",
                "ADVOCACY",
                name="kpi",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column(
            "platform",
            sa.Enum("INSTAGRAM", "YOUTUBE", "TIKTOK", name="platform", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("total_budget", sa.BigInteger(), nullable=True),
        sa.Column("social_media_budget", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_campaigns_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(op.f("ix_campaigns_organisation_id"), "campaigns", ["organisation_id"], unique=False)
