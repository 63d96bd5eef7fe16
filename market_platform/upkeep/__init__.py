"""Keeping a platform whole: moving it to other stores, backing it up, telling and mending what is wrong."""
