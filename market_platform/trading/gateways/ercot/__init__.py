"""ERCOT External Web Services: BidSet, COP and AwardSet, signed, valid against the official schemas."""
