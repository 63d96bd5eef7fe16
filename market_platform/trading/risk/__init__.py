"""Risk limits: what may be at stake, judged and bound before anything leaves the house."""
