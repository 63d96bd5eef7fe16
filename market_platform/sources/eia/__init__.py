"""US Energy Information Administration: gas storage, gas prices, hourly grid, retail sales and plants."""
