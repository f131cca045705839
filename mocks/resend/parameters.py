"""What Resend's operations take, and how a wrong parameter is refused.

Resend ignores fields that it does not know (consumers who send `template_id` are told that `html` or `text` is
missing), and converts nothing: a number is no string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field

from harness.params import Params
from mocks.resend import errors

if TYPE_CHECKING:
    from harness.errors import Refusal

Switch = Literal["enabled", "disabled"]
Region = Literal["us-east-1", "eu-west-1", "sa-east-1", "ap-northeast-1"]
Tls = Literal["opportunistic", "enforced"]

ADDRESSES = frozenset({"from", "to", "cc", "bcc", "reply_to"})


class Body(Params):
    """A JSON body."""

    model_config = ConfigDict(extra="ignore", strict=True)


class Listing(Params):
    """The query of a list: `limit` 1 to 100 (20 when not given), and one cursor at most."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(20, ge=1, le=100)
    after: str | None = None
    before: str | None = None


class Rescheduled(Body):
    """The body of `PATCH /emails/{email_id}`."""

    scheduled_at: str


class Capabilities(Body):
    """What a domain is used for."""

    sending: Switch | None = None
    receiving: Switch | None = None


class DomainSettings(Body):
    """What can be changed of a domain."""

    open_tracking: bool | None = None
    click_tracking: bool | None = None
    tls: Tls | None = None
    capabilities: Capabilities | None = None
    tracking_subdomain: str | None = None


class NewDomain(DomainSettings):
    """The body of `POST /domains`."""

    name: str
    region: Region | None = None
    custom_return_path: str | None = None


class NewApiKey(Body):
    """The body of `POST /api-keys`."""

    name: str
    permission: Literal["full_access", "sending_access"] | None = None
    domain_id: str | None = None


class Renamed(Body):
    """The body of `PATCH /api-keys/{api_key_id}`."""

    name: str


class NewWebhook(Body):
    """The body of `POST /webhooks`."""

    endpoint: str
    events: list[str]


class WebhookChanges(Body):
    """The body of `PATCH /webhooks/{webhook_id}`."""

    endpoint: str | None = None
    events: list[str] | None = None
    status: Switch | None = None


def explain(found: list[Any], data: Any) -> Refusal:
    """Turn pydantic's errors about `data` into Resend's refusal of the first of them."""
    first = found[0]
    if not first["loc"]:
        return errors.invalid("Each email must be an object.", rule="invalid_field")
    field = str(first["loc"][0])
    if data.get(field) is None:
        return errors.missing_field(field)
    if field in ADDRESSES:
        return errors.invalid_address(field)
    if field == "region":
        return errors.invalid_region()
    if field == "permission":
        return errors.invalid_access()
    where = ".".join(str(step) for step in first["loc"])
    return errors.invalid(
        f"Invalid `{field}` field. {where}: {first['msg']}.", field=field, rule="invalid_field"
    )
