"""Dagster, thin: factories, assets, checks, jobs, schedules, sensors, partitions."""
