"""Bids: what is offered, by which market's rules of which day, and until when."""
