"""JWT templates."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import paginated
from mocks.clerk.parameters import Body, Object, Paginated
from mocks.clerk.provider import clerk
from mocks.clerk.resources import jwt_templates, listing
from mocks.clerk.resources.jwt_templates import TEMPLATES


class Template(Body):
    """The body of `POST` and `PATCH /jwt_templates`."""

    name: str = Field(max_length=256)
    claims: Object
    lifetime: int | None = Field(None, ge=30, le=315_360_000)
    allowed_clock_skew: int | None = Field(None, ge=0, le=300)
    custom_signing_key: bool | None = None
    signing_algorithm: str | None = None
    signing_key: str | None = Field(None, max_length=16_384)


@clerk.get("/v1/jwt_templates", id="ListJWTTemplates", tier="P1")
def list_templates(tx: Transaction, params: Paginated) -> Json:
    """List JWT templates."""
    items, total = listing.window(tx, TEMPLATES, params)
    return paginated(params, items, total, jwt_templates.shown)


@clerk.post("/v1/jwt_templates", id="CreateJWTTemplate", tier="P1")
def create_template(tx: Transaction, params: Template) -> Json:
    """Make a JWT template."""
    return jwt_templates.shown(jwt_templates.create(tx, params.given()))


@clerk.get("/v1/jwt_templates/{template_id}", id="GetJWTTemplate", tier="P1")
def retrieve_template(tx: Transaction, template_id: str) -> Json:
    """Retrieve a JWT template."""
    return jwt_templates.shown(jwt_templates.find(tx, template_id))


@clerk.patch("/v1/jwt_templates/{template_id}", id="UpdateJWTTemplate", tier="P1")
def update_template(tx: Transaction, params: Template, template_id: str) -> Json:
    """Change a JWT template."""
    template = jwt_templates.find(tx, template_id)
    jwt_templates.update(tx, template, params.given())
    return jwt_templates.shown(template)


@clerk.delete("/v1/jwt_templates/{template_id}", id="DeleteJWTTemplate", tier="P1")
def delete_template(tx: Transaction, template_id: str) -> Json:
    """Remove a JWT template."""
    return jwt_templates.delete(tx, jwt_templates.find(tx, template_id))
