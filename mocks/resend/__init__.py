"""Resend: transactional mail, its delivery life cycle, sending domains, API keys and webhooks."""
