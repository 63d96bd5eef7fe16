"""Compiled loops run as the Python that they are written in: a plugin of pytest, and what stands in for machine code."""
