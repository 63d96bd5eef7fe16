"""Disputes: drafted from variances with their evidence, filed in time, followed to their end."""
