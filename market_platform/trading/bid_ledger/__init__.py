"""The book of bids: what was bid, in which state it is, what happened to it and who did it."""
