"""Renewable certificates: ledger, positions, compliance, ESG."""
