"""The platform's own data: who its customers are, what the providers say about them, and what was sent to them.

One module for each area; all names are found here.
"""

from integrations.models.accounts import ClerkMembership, ClerkOrganisation, ClerkUser, Organisation, User
from integrations.models.base import Base, UtcDateTime
from integrations.models.billing import ENDED, Customer, Dunning, Invoice, Subscription
from integrations.models.inbox import InboxEvent, InboxStatus, MirrorRead
from integrations.models.mail import Mail, MailEvent, MailStatus, UndeliverableAddress

__all__ = [
    "ENDED",
    "Base",
    "ClerkMembership",
    "ClerkOrganisation",
    "ClerkUser",
    "Customer",
    "Dunning",
    "InboxEvent",
    "InboxStatus",
    "Invoice",
    "Mail",
    "MailEvent",
    "MailStatus",
    "MirrorRead",
    "Organisation",
    "Subscription",
    "UndeliverableAddress",
    "User",
    "UtcDateTime",
]
