"""One contract per table family; schemas, checks and docs derive from it."""
