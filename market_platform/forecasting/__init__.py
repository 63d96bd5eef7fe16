"""Forecast engines: frames and arrays in, frames out."""
