"""Cint."""
