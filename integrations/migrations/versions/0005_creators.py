"""Creators, jobs about them, and the accounts they connected."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_connected_accounts()
    _create_creator_users()
    _create_creators()
    _create_creator_jobs()


def downgrade() -> None:
    op.drop_index(op.f("ix_creator_jobs_status"), table_name="creator_jobs")
    op.drop_index(op.f("ix_creator_jobs_creator_id"), table_name="creator_jobs")
    op.drop_table("creator_jobs")
    op.drop_table("creators")
    op.drop_table("creator_users")
    op.drop_index(op.f("ix_connected_accounts_insightiq_user_id"), table_name="connected_accounts")
    op.drop_table("connected_accounts")


def _create_connected_accounts() -> None:
    op.create_table(
        "connected_accounts",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("insightiq_user_id", sa.Text(), nullable=False),
        sa.Column("work_platform_id", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("follower_count", sa.BigInteger(), nullable=True),
        sa.Column("profile", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_connected_accounts")),
    )
    op.create_index(
        op.f("ix_connected_accounts_insightiq_user_id"),
        "connected_accounts",
        ["insightiq_user_id"],
        unique=False,
    )


def _create_creator_users() -> None:
    op.create_table(
        "creator_users",
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("insightiq_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_creator_users")),
        sa.UniqueConstraint("insightiq_id", name=op.f("uq_creator_users_insightiq_id")),
    )


def _create_creators() -> None:
    op.create_table(
        "creators",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "platform",
            sa.Enum("INSTAGRAM", "YOUTUBE", "TIKTOK", name="platform", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=True),
        sa.Column("follower_count", sa.BigInteger(), nullable=True),
        sa.Column("engagement_rate", sa.Double(), nullable=True),
        sa.Column("credibility", sa.Double(), nullable=True),
        sa.Column("fake_follower_share", sa.Double(), nullable=True),
        sa.Column("safety_rating", sa.Text(), nullable=True),
        sa.Column("flagged_share", sa.Double(), nullable=True),
        sa.Column("risk_score", sa.Integer(), nullable=True),
        sa.Column(
            "risk_level",
            sa.Enum("LOW", "MEDIUM", "HIGH", name="risklevel", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("risk_factors", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creators")),
        sa.UniqueConstraint("platform", "handle", name=op.f("uq_creators_platform_handle")),
    )


def _create_creator_jobs() -> None:
    op.create_table(
        "creator_jobs",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("analytics", "screening", name="jobkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("IN_PROGRESS", "SUCCESS", "FAILURE", name="jobstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["creators.id"], name=op.f("fk_creator_jobs_creator_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_creator_jobs")),
    )
    op.create_index(op.f("ix_creator_jobs_creator_id"), "creator_jobs", ["creator_id"], unique=False)
    op.create_index(op.f("ix_creator_jobs_status"), "creator_jobs", ["status"], unique=False)
