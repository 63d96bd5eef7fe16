"""Revisions; their ids are <subject>_<number>."""
