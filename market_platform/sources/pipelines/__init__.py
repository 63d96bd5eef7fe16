"""Gas pipelines: postings of operationally available capacity."""
