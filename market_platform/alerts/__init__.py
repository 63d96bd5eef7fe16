"""Alerts: rules as data, what they find, and how it is told. No HTTP client, no clock, no file path here."""
