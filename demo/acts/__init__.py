"""The acts of the journey, in the order in which they are played."""

from demo.acts import entrance, billing, campaign, study, renewal, finale  # noqa: F401, I001 - the order of the play

TITLE = "from sign-up to brand lift, offline, on seven providers and their own SDKs"
