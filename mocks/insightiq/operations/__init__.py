"""What InsightIQ's API answers, one module for each thing."""
