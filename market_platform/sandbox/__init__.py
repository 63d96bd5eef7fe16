"""A simulated world, publisher and exchange that speak the publishers' own wire formats."""
