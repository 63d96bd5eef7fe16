"""Filings as files: CSV, HTML and PDF bytes. Writing them somewhere is the caller's business."""
