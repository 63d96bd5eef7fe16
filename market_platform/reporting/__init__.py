"""Plots and the daily market brief."""
