"""Charge tables: what each ISO bills, by effective date, each rule with its status and source."""
