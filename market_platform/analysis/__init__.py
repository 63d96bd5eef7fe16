"""Analysis across markets and commodities."""
