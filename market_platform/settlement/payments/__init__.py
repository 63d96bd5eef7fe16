"""Invoices, what was paid on them, what is overdue, and what will come in."""
