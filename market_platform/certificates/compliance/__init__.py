"""State programmes: targets, payments, eligibility, least-cost assignment, deadlines."""
