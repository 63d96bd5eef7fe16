"""Tests of the platform's upkeep."""
