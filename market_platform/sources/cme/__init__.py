"""CME Group (NYMEX): daily settlements of energy futures, as file and as page."""
