"""Algolia: records in indices, searches over them, settings, synonyms, rules and API keys."""
