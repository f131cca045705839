"""What arrives from Clerk: its signature (Svix), its shape, and what each event type means for the directory."""

from typing import Literal

from pydantic import BaseModel, Field
from svix.webhooks import Webhook

from integrations.errors import WebhookRejectedError
from integrations.identity.directory import Directory
from integrations.identity.invitations import Invitations
from integrations.settings import Settings
from integrations.webhooks.inbox import Inbox, Outcome
from integrations.webhooks.svix_delivery import SvixEnvelope, read_delivery

PROVIDER = "clerk"


class Envelope(SvixEnvelope):
    """What all of Clerk's events have in common."""

    object: Literal["event"]


class Thing(BaseModel):
    """What is read of a user or an organisation; the object itself is read again from the API."""

    id: str = Field(min_length=1)


class Member(BaseModel):
    """What is read of a membership's person."""

    user_id: str = Field(min_length=1)


class Membership(BaseModel):
    """What is read of a membership."""

    organization: Thing
    public_user_data: Member


class Invitation(BaseModel):
    """What is read of an invitation to an organisation."""

    id: str = Field(min_length=1)
    organization_id: str = Field(min_length=1)


class ClerkWebhooks:
    """Takes a delivery from Clerk from its raw bytes to its effect."""

    def __init__(
        self, settings: Settings, inbox: Inbox, directory: Directory, invitations: Invitations
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._directory = directory
        self._invitations = invitations

    def receive(self, payload: bytes, headers: dict[str, str]) -> Outcome:
        """Verify, keep and process one delivery.

        Raises `WebhookRejectedError` for what is not authentic or not an event, `EventFailedError` for what should
        be delivered again, `NotConfiguredError` without CLERK_WEBHOOK_SECRET.
        """
        (secret,) = self._settings.required(PROVIDER, "clerk_webhook_secret")
        try:
            webhook = Webhook(secret)
        except ValueError as error:
            raise WebhookRejectedError(400, f"The svix signature is not valid: {error}") from error
        event, kept = read_delivery(PROVIDER, webhook, payload, headers, Envelope)
        return self._inbox.receive(kept, lambda: self._handle(event))

    def _handle(self, event: Envelope) -> bool:
        """Bring the directory up to date; say whether the event concerned us."""
        kind = event.type.partition(".")[0]
        if kind == "user":
            self._directory.refresh_person(Thing.model_validate(event.data).id)
        elif kind == "organization":
            self._directory.refresh_organisation(Thing.model_validate(event.data).id)
        elif kind == "organizationMembership":
            membership = Membership.model_validate(event.data)
            self._directory.refresh_membership(
                membership.organization.id, membership.public_user_data.user_id
            )
        elif kind == "organizationInvitation":
            invitation = Invitation.model_validate(event.data)
            self._invitations.refresh(invitation.organization_id, invitation.id)
        else:
            return False
        return True
