"""resend for Python, of any version; versions that verify webhooks do."""

import json
import os
from typing import Any

import resend
from resend.exceptions import ResendError

from tests.matrix.checks import checking

env = os.environ
resend.api_key, resend.api_url = env["RESEND_API_KEY"], env["ADDRESS"]
MAIL: Any = {"from": env["EMAIL_FROM"], "to": "ada@shop.test", "subject": "Hello", "html": "<p>Hi</p>"}
made: dict[str, str] = {}


def create() -> object:
    """Send a mail."""
    made["id"] = resend.Emails.send(MAIL)["id"]
    return bool(made["id"])


def error() -> object:
    """Send from a domain that is not verified."""
    mail: Any = {**MAIL, "from": "someone@elsewhere.test"}
    return "not verified" in str(checking.refused(lambda: resend.Emails.send(mail), ResendError))


def webhook() -> object:
    """Verify a delivery, and refuse a changed one."""
    headers = json.loads(env["HEADERS"])
    names = {"id": "svix-id", "timestamp": "svix-timestamp", "signature": "svix-signature"}
    options: Any = {
        "payload": env["BODY"],
        "headers": {name: headers[header] for name, header in names.items()},
        "webhook_secret": env["SECRET"],
    }
    resend.Webhooks.verify(options)
    changed: Any = {**options, "payload": env["BODY"] + " "}
    checking.refused(lambda: resend.Webhooks.verify(changed), Exception)
    return json.loads(env["BODY"])["type"] == env["EVENT"]


checks: dict[str, checking.Check] = {
    "create": create,
    "read": lambda: resend.Emails.get(made["id"])["subject"] == "Hello",
    "list": lambda: isinstance(resend.Domains.list()["data"], list),
    "error": error,
}
if hasattr(getattr(resend, "Webhooks", None), "verify"):
    checks["webhook"] = webhook
checking.run(**checks)
