"""M-RETS (CleanCounts): the registry's JSON:API and its upload files. Frames out, no ledger in here."""
