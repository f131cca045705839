"""Algolia."""
