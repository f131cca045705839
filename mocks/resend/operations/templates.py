"""Templates."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.dialect import listed
from mocks.resend.parameters import Body, Listing
from mocks.resend.provider import resend
from mocks.resend.resources import addresses, templates
from mocks.resend.resources.templates import TEMPLATES


class Variable(Body):
    """A variable that mails fill, with a value for those that do not."""

    key: str
    type: Literal["string", "number", "boolean", "object", "list"]
    fallback_value: Any = None


class TemplateChanges(Body):
    """What can be changed of a template."""

    name: str | None = None
    alias: str | None = None
    from_: str | None = Field(None, alias="from")
    subject: str | None = None
    reply_to: str | list[str] | None = None
    html: str | None = None
    text: str | None = None
    variables: list[Variable] | None = None

    def content(self) -> Json:
        """Return what was given, under Resend's names, addresses as a list."""
        given = self.model_dump(exclude_unset=True, by_alias=True)
        if given.get("reply_to") is not None:
            given["reply_to"] = addresses.as_list(given["reply_to"])
        return given


class NewTemplate(TemplateChanges):
    """The body of `POST /templates`."""

    name: str
    html: str


@resend.post("/templates", id="templates/create", tier="P1", status=201)
def create_template(tx: Transaction, params: NewTemplate) -> Json:
    """Add a template."""
    return _named(templates.create(tx, params.content()))


@resend.get("/templates", id="templates/list", tier="P1")
def list_templates(tx: Transaction, params: Listing) -> Json:
    """List templates, newest first."""
    return listed(tx, TEMPLATES, params, templates.summary)


@resend.get("/templates/{id}", id="templates/get", tier="P1")
def retrieve_template(tx: Transaction, id: str) -> Json:
    """Retrieve a template by id or alias."""
    return templates.full(_found(tx, id))


@resend.patch("/templates/{id}", id="templates/update", tier="P1")
def update_template(tx: Transaction, params: TemplateChanges, id: str) -> Json:
    """Change a template's draft."""
    template = _found(tx, id)
    templates.update(tx, template, params.content())
    return _named(template)


@resend.delete("/templates/{id}", id="templates/remove", tier="P1")
def remove_template(tx: Transaction, id: str) -> Json:
    """Delete a template."""
    template = _found(tx, id)
    tx.delete(TEMPLATES, template["id"])
    return {"object": "template", "id": template["id"], "deleted": True}


@resend.post("/templates/{id}/publish", id="templates/publish", tier="P1")
def publish_template(tx: Transaction, id: str) -> Json:
    """Let mails use a template's draft."""
    template = _found(tx, id)
    templates.publish(tx, template)
    return _named(template)


@resend.post("/templates/{id}/duplicate", id="templates/duplicate", tier="P1")
def duplicate_template(tx: Transaction, id: str) -> Json:
    """Copy a template."""
    return _named(templates.duplicate(tx, _found(tx, id)))


def _found(tx: Transaction, id: str) -> Json:
    template = templates.found(tx, id)
    if template is None:
        raise errors.not_found("Template")
    return template


def _named(template: Json) -> Json:
    return {"object": "template", "id": template["id"]}
