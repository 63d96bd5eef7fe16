"""Statements in and out: one reader per ISO, all giving the same ``Statement``; the writer of ERCOT's schema."""
