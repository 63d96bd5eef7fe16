"""The eight registries: their rules as data, their export files behind an editable column mapping."""
