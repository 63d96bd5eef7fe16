"""Settlement's records in the SQL ledger: statements, variances, disputes, invoices, payments."""
