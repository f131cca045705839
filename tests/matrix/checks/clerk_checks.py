"""clerk-backend-api, of any version; it verifies no webhooks (svix does)."""

import os
from typing import Any

from clerk_backend_api import Clerk, models

from tests.matrix.checks import checking

env = os.environ
client: Any = Clerk(bearer_auth=env["CLERK_SECRET_KEY"], server_url=f"{env['ADDRESS']}/v1")
made: dict[str, str] = {}


def create() -> object:
    """Create a person."""
    ada = client.users.create(
        email_address=["ada@shop.test"], first_name="Ada", password="correct horse battery"
    )
    made["id"] = ada.id
    return ada.id.startswith("user_")


def error() -> object:
    """Ask for who is not there."""
    told: Any = checking.refused(lambda: client.users.get(user_id="user_nobody"), models.ClerkErrors)
    return told.data.errors[0].code == "resource_not_found"


checking.run(
    create=create,
    read=lambda: client.users.get(user_id=made["id"]).first_name == "Ada",
    list=lambda: made["id"] in [each.id for each in client.users.list(request={"limit": 10})],
    error=error,
)
