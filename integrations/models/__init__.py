"""The platform's own data: who its customers are, what the providers say about them, and what was sent to them.

One module for each area; all names are found here.
"""

from integrations.models.accounts import (
    ClerkInvitation,
    ClerkMembership,
    ClerkOrganisation,
    ClerkUser,
    Organisation,
    User,
)
from integrations.models.audit import AuditEntry, Direction
from integrations.models.base import Base, UtcDateTime
from integrations.models.billing import ENDED, OWED, Customer, Dunning, Invoice, Subscription, UsageRecord
from integrations.models.campaigns import Campaign, CampaignStatus, IndexKind, Kpi, Platform, SearchChange
from integrations.models.creators import (
    ConnectedAccount,
    Creator,
    CreatorJob,
    CreatorUser,
    JobKind,
    JobStatus,
    RiskLevel,
)
from integrations.models.deployment import KeyRotation, KeyRotationStep, RotationStatus, StepStatus
from integrations.models.inbox import ERASED, EventCursor, InboxEvent, InboxStatus, MirrorRead
from integrations.models.mail import UNSUBSCRIBED, Mail, MailEvent, MailStatus, UndeliverableAddress
from integrations.models.studies import (
    Arm,
    Question,
    QuestionType,
    Respondent,
    Study,
    StudyStatus,
    SurveyOutcome,
)
from integrations.models.video import Video, VideoStatus

__all__ = [
    "ENDED",
    "ERASED",
    "OWED",
    "UNSUBSCRIBED",
    "Arm",
    "AuditEntry",
    "Base",
    "Campaign",
    "CampaignStatus",
    "ClerkInvitation",
    "ClerkMembership",
    "ClerkOrganisation",
    "ClerkUser",
    "ConnectedAccount",
    "Creator",
    "CreatorJob",
    "CreatorUser",
    "Customer",
    "Direction",
    "Dunning",
    "EventCursor",
    "InboxEvent",
    "InboxStatus",
    "IndexKind",
    "Invoice",
    "JobKind",
    "JobStatus",
    "KeyRotation",
    "KeyRotationStep",
    "Kpi",
    "Mail",
    "MailEvent",
    "MailStatus",
    "MirrorRead",
    "Organisation",
    "Platform",
    "Question",
    "QuestionType",
    "Respondent",
    "RiskLevel",
    "RotationStatus",
    "SearchChange",
    "StepStatus",
    "Study",
    "StudyStatus",
    "Subscription",
    "SurveyOutcome",
    "UndeliverableAddress",
    "UsageRecord",
    "User",
    "UtcDateTime",
    "Video",
    "VideoStatus",
]
