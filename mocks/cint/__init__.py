"""Cint: the Exchange's Demand API, its server-to-server calls, and a simulated panel that answers surveys."""
