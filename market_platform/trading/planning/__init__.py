"""From what is known at a gate to the bids for the day behind it: expectation of prices, plan of a resource, bids."""
