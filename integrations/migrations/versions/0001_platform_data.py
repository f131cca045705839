"""The platform's own data: organisations, mirrors of Stripe, webhook inbox and outgoing mail."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_accounts()
    _create_customers()
    _create_subscriptions()
    _create_invoices()
    _create_mirror_reads()
    _create_inbox()
    _create_mails()
    _create_mail_tracking()


def downgrade() -> None:
    op.drop_table("mail_events")
    op.drop_table("users")
    op.drop_table("subscriptions")
    op.drop_table("mails")
    op.drop_table("invoices")
    op.drop_table("customers")
    op.drop_table("undeliverable_addresses")
    op.drop_table("organisations")
    op.drop_table("mirror_reads")
    op.drop_table("inbox_events")


def _create_accounts() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("billing_email", sa.Text(), nullable=False),
        sa.Column("customer_generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_users_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("organisation_id", "email", name="uq_users_organisation_id_email"),
    )


def _create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("stripe_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("default_payment_method", sa.Text(), nullable=True),
        sa.Column("delinquent", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_customers_organisation_id"
        ),
        sa.PrimaryKeyConstraint("stripe_id", name="pk_customers"),
    )
    op.create_index(
        "uq_customers_live",
        "customers",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("NOT deleted"),
        postgresql_where=sa.text("NOT deleted"),
    )


def _create_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("stripe_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("price_id", sa.Text(), nullable=True),
        sa.Column("current_period_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_period_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_at_period_end", sa.Boolean(), nullable=False),
        sa.Column("cancel_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("canceled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_subscriptions_organisation_id"
        ),
        sa.PrimaryKeyConstraint("stripe_id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_organisation_id", "subscriptions", ["organisation_id"], unique=False)


def _create_invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("stripe_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_due", sa.BigInteger(), nullable=False),
        sa.Column("amount_paid", sa.BigInteger(), nullable=False),
        sa.Column("amount_remaining", sa.BigInteger(), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("next_payment_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hosted_invoice_url", sa.Text(), nullable=True),
        sa.Column("last_failed_attempt", sa.Integer(), nullable=False),
        sa.Column(
            "dunning",
            sa.Enum("none", "past_due", "recovered", "closed", name="dunning", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_invoices_organisation_id"
        ),
        sa.PrimaryKeyConstraint("stripe_id", name="pk_invoices"),
    )
    op.create_index("ix_invoices_organisation_id", "invoices", ["organisation_id"], unique=False)


def _create_mirror_reads() -> None:
    op.create_table(
        "mirror_reads",
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", name="pk_mirror_reads"),
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("received", "processed", "failed", name="inboxstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_events"),
        sa.UniqueConstraint("provider", "event_id", name="uq_inbox_events_provider_event_id"),
    )


def _create_mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("resend_id", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "withheld",
                "accepted",
                "scheduled",
                "sent",
                "delivery_delayed",
                "delivered",
                "opened",
                "clicked",
                "failed",
                "suppressed",
                "bounced",
                "complained",
                name="mailstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_mails_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
        sa.UniqueConstraint("dedupe_key", name="uq_mails_dedupe_key"),
        sa.UniqueConstraint("resend_id", name="uq_mails_resend_id"),
    )
    op.create_index("ix_mails_organisation_id", "mails", ["organisation_id"], unique=False)
    op.create_index("ix_mails_recipient", "mails", ["recipient"], unique=False)
    op.create_index("ix_mails_status", "mails", ["status"], unique=False)


def _create_mail_tracking() -> None:
    op.create_table(
        "mail_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name="fk_mail_events_mail_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_events"),
        sa.UniqueConstraint("event_id", name="uq_mail_events_event_id"),
    )
    op.create_index("ix_mail_events_mail_id", "mail_events", ["mail_id"], unique=False)
    op.create_table(
        "undeliverable_addresses",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_undeliverable_addresses"),
    )
