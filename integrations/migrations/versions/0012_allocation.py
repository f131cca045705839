"""How many respondents of exposed a study wants for each of control."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("allocation", sa.Double(), nullable=False, server_default="1"))


def downgrade() -> None:
    with op.batch_alter_table("studies") as batch:
        batch.drop_column("allocation")
