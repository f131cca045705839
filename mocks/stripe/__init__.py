"""Stripe: payments, billing, hosted pages and webhooks."""
