"""When statements come, until when they may be disputed, and when money is due: tables by ISO and effective date."""
