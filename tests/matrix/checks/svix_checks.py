"""svix for Python, of any version: what verifies Clerk's and Resend's webhooks."""

import json
import os

from svix.webhooks import Webhook, WebhookVerificationError

from tests.matrix.checks import checking

env = os.environ


def webhook() -> object:
    """Verify a delivery, and refuse a changed one."""
    verifier, headers = Webhook(env["SECRET"]), json.loads(env["HEADERS"])
    verifier.verify(env["BODY"], headers)
    checking.refused(lambda: verifier.verify(env["BODY"] + " ", headers), WebhookVerificationError)
    return json.loads(env["BODY"])["type"] == env["EVENT"]


checking.run(webhook=webhook)
