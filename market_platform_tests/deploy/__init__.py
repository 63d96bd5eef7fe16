"""Tests of the server profile."""
