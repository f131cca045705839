"""People and organisations mirrored from Clerk, and mail to people without organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clerk_users",
        sa.Column("clerk_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("platform_role", sa.Text(), nullable=True),
        sa.Column("banned", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("clerk_id", name="pk_clerk_users"),
    )
    op.create_table(
        "clerk_organisations",
        sa.Column("clerk_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_clerk_organisations_organisation_id"
        ),
        sa.PrimaryKeyConstraint("clerk_id", name="pk_clerk_organisations"),
        sa.UniqueConstraint("organisation_id", name="uq_clerk_organisations_organisation_id"),
    )
    op.create_table(
        "clerk_memberships",
        sa.Column("clerk_organisation_id", sa.Text(), nullable=False),
        sa.Column("clerk_user_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clerk_organisation_id"],
            ["clerk_organisations.clerk_id"],
            name="fk_clerk_memberships_clerk_organisation_id",
        ),
        sa.ForeignKeyConstraint(
            ["clerk_user_id"], ["clerk_users.clerk_id"], name="fk_clerk_memberships_clerk_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_clerk_memberships_user_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("clerk_organisation_id", "clerk_user_id", name="pk_clerk_memberships"),
    )
    op.create_index("ix_clerk_memberships_clerk_user_id", "clerk_memberships", ["clerk_user_id"])
    with op.batch_alter_table("mails") as mails:
        mails.alter_column("organisation_id", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    op.execute(
        "DELETE FROM mail_events WHERE mail_id IN (SELECT id FROM mails WHERE organisation_id IS NULL)"
    )
    op.execute("DELETE FROM mails WHERE organisation_id IS NULL")
    with op.batch_alter_table("mails") as mails:
        mails.alter_column("organisation_id", existing_type=sa.Text(), nullable=False)
    op.drop_table("clerk_memberships")
    op.drop_table("clerk_organisations")
    op.drop_table("clerk_users")
