"""Invitations to organisations, mirrored from Clerk."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clerk_invitations",
        sa.Column("clerk_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("clerk_organisation_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_clerk_invitations_organisation_id"
        ),
        sa.PrimaryKeyConstraint("clerk_id", name="pk_clerk_invitations"),
    )
    for column in ("organisation_id", "email"):
        op.create_index(f"ix_clerk_invitations_{column}", "clerk_invitations", [column])


def downgrade() -> None:
    for column in ("organisation_id", "email"):
        op.drop_index(f"ix_clerk_invitations_{column}", "clerk_invitations")
    op.drop_table("clerk_invitations")
