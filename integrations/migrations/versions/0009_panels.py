"""Quotas of studies, erased respondents, and where a creator's numbers were observed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("quotas", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("respondents", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("creators", sa.Column("observed", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for table, column in (("creators", "observed"), ("respondents", "erased_at"), ("studies", "quotas")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
