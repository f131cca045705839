"""Brand-lift studies, their questions and respondents."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_studies()
    _create_respondents()
    _create_study_questions()


def downgrade() -> None:
    op.drop_index(op.f("ix_study_questions_study_id"), table_name="study_questions")
    op.drop_table("study_questions")
    op.drop_index(op.f("ix_respondents_study_id"), table_name="respondents")
    op.drop_table("respondents")
    op.drop_index(op.f("ix_studies_status"), table_name="studies")
    op.drop_index(op.f("ix_studies_organisation_id"), table_name="studies")
    op.drop_index(op.f("ix_studies_campaign_id"), table_name="studies")
    op.drop_table("studies")


def _create_studies() -> None:
    op.create_table(
        "studies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "PENDING_APPROVAL",
                "CHANGES_REQUESTED",
                "APPROVED",
                "COLLECTING",
                "COMPLETED",
                "ARCHIVED",
                name="studystatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("funnel_stage", sa.Text(), nullable=True),
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
            nullable=False,
        ),
        sa.Column("secondary_kpis", sa.JSON(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("filling_goal", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("incidence_rate", sa.Double(), nullable=False),
        sa.Column("fielding_days", sa.Integer(), nullable=False),
        sa.Column("cint_project_id", sa.Text(), nullable=True),
        sa.Column("cint_target_group_id", sa.Text(), nullable=True),
        sa.Column("cint_job_id", sa.Text(), nullable=True),
        sa.Column("cint_run_id", sa.Text(), nullable=True),
        sa.Column("cint_status", sa.Text(), nullable=True),
        sa.Column("cint_progress", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("fielding_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fielding_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_studies_campaign_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_studies_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studies")),
        sa.UniqueConstraint("cint_target_group_id", name=op.f("uq_studies_cint_target_group_id")),
    )
    op.create_index(op.f("ix_studies_campaign_id"), "studies", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_studies_organisation_id"), "studies", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_studies_status"), "studies", ["status"], unique=False)


def _create_respondents() -> None:
    op.create_table(
        "respondents",
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column(
            "arm", sa.Enum("control", "exposed", name="arm", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "complete",
                "terminate",
                "over_quota",
                "quality",
                name="surveyoutcome",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name=op.f("fk_respondents_study_id")),
        sa.PrimaryKeyConstraint("rid", name=op.f("pk_respondents")),
    )
    op.create_index(op.f("ix_respondents_study_id"), "respondents", ["study_id"], unique=False)


def _create_study_questions() -> None:
    op.create_table(
        "study_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "type",
            sa.Enum("SINGLE_CHOICE", "MULTIPLE_CHOICE", name="questiontype", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "kpi",
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
        sa.Column("options", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_study_questions_study_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_questions")),
    )
    op.create_index(op.f("ix_study_questions_study_id"), "study_questions", ["study_id"], unique=False)
