"""Combined heat and power: what a facility's engine should do in each interval."""
