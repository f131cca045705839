"""Receiving webhooks: authenticity first, then a record of what came, then its effect."""
