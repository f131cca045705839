"""InsightIQ."""
