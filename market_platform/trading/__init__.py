"""Dispatch, strategies, bids and risk: frames and arrays in, frames out."""
