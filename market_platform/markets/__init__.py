"""Facts as data: zones, market days, calendars, locations, rules by effective date. Imports nothing but errors."""
