"""Expected against billed: every difference found, named and explained to the cent."""
