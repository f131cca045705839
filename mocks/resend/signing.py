"""Resend's webhook signature: Resend delivers through Svix, under Svix's own header names."""

from harness.svix import sign

__all__ = ["sign"]
