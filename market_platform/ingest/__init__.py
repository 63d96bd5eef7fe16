"""The one way of the data: fetch, archive, parse, contract, commit."""
