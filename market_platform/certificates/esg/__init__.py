"""Emissions and ESG figures: each is shown with its factor and source; what is not supplied is not shown."""
