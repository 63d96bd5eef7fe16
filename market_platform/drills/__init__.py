"""Drills: what befalls a platform in earnest, done to it on purpose, and the count of what is left afterwards."""
