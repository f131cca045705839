"""Measures speed and memory of one Greenroom server beside a bare reference server: `python -m benchmarks`."""
