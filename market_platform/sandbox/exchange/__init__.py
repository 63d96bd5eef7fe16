"""A simulated market: takes the ISOs' own messages, checks, clears, awards, dispatches. Nothing here is real."""
