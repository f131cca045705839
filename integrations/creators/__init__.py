"""Creators: found, analysed and screened through InsightIQ, and the risk of working with them."""
