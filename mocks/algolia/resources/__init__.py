"""What Algolia keeps: shapes, states and domain functions; nothing here knows HTTP."""
