"""The platform's own customers: organisations and the people in them."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from integrations.identifiers import new_id
from integrations.models.base import Base


class Organisation(Base):
    """A company that uses the platform and pays for it."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    billing_email: Mapped[str]
    #: Part of the idempotency key under which its Stripe customer is made; grows when a new customer is wanted.
    customer_generation: Mapped[int] = mapped_column(default=0)
    #: Since when its name or address is another than Stripe was told.
    customer_outdated_since: Mapped[datetime | None]
    #: Since when it is to be closed, and when that was done: its customer deleted, its rows anonymised.
    closing_since: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class User(Base):
    """A person who works for an organisation."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("organisation_id", "email"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    email: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]


class ClerkUser(Base):
    """The mirror of a person at Clerk. A deleted one keeps its id and nothing else, so that no late event revives it."""

    __tablename__ = "clerk_users"

    clerk_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    name: Mapped[str | None]
    #: `public_metadata.role`, which the platform's session tokens carry as the claim `metadata.role`.
    platform_role: Mapped[str | None]
    banned: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    mirrored_at: Mapped[datetime]


class ClerkOrganisation(Base):
    """Which Clerk organisation an organisation of ours is, and what Clerk says about it."""

    __tablename__ = "clerk_organisations"

    clerk_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), unique=True)
    slug: Mapped[str | None]
    deleted: Mapped[bool] = mapped_column(default=False)
    mirrored_at: Mapped[datetime]


class ClerkMembership(Base):
    """That a person at Clerk works for an organisation there, and which of our users that makes them."""

    __tablename__ = "clerk_memberships"

    clerk_organisation_id: Mapped[str] = mapped_column(
        ForeignKey("clerk_organisations.clerk_id"), primary_key=True
    )
    clerk_user_id: Mapped[str] = mapped_column(
        ForeignKey("clerk_users.clerk_id"), primary_key=True, index=True
    )
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    role: Mapped[str]
    mirrored_at: Mapped[datetime]


class ClerkInvitation(Base):
    """The mirror of an invitation to an organisation at Clerk."""

    __tablename__ = "clerk_invitations"

    clerk_id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    clerk_organisation_id: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
    #: `pending`, `accepted`, `revoked` or `expired`.
    status: Mapped[str]
    #: Who invited, by their id at Clerk; None for the platform's own server.
    invited_by: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    mirrored_at: Mapped[datetime]
