"""Rotations of the platform's secrets at Vercel."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_rotations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "done",
                "rolled_back",
                "failed",
                name="rotationstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_rotations")),
    )
    op.create_table(
        "key_rotation_steps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rotation_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("variable_id", sa.Text(), nullable=False),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "applied", "refused", "taken_back", "stuck", name="stepstatus", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rotation_id"],
            ["key_rotations.id"],
            name=op.f("fk_key_rotation_steps_rotation_id_key_rotations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_rotation_steps")),
    )
    op.create_index(op.f("ix_key_rotation_steps_rotation_id"), "key_rotation_steps", ["rotation_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_key_rotation_steps_rotation_id"), table_name="key_rotation_steps")
    op.drop_table("key_rotation_steps")
    op.drop_table("key_rotations")
