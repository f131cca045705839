"""Where worlds are kept: one interface, one driver for each database."""

from harness.store.interface import Query, Row, Store

__all__ = ["Query", "Row", "Store"]
