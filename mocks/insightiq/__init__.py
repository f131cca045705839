"""InsightIQ (once Phyllo): creator discovery and analytics, brand safety, connected accounts, and webhooks."""
