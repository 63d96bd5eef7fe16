"""Certificates as assets: registries → ledger → positions → obligations → compliance → ESG, with checks and sensors."""
