"""The search engine: pure functions over records, settings and parameters; nothing here knows HTTP or transactions."""
