"""The families of the pool; each gives, for every row, the forecast that was possible at that row's gate."""
