"""Clerk's webhook signature: Clerk delivers through Svix, under Svix's own header names."""

from harness.svix import sign

__all__ = ["sign"]
