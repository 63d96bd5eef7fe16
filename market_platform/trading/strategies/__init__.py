"""Strategies: how a battery acts when prices are not known yet, and how that scored on history."""
