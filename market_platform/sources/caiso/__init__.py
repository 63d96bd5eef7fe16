"""California ISO: OASIS reports, outlook files, and how to ask for and read them."""
