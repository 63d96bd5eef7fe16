"""The simulated publishers: each turns the world into its real counterpart's wire format."""
