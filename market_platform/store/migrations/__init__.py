"""Alembic migrations: one labelled branch per subject."""
