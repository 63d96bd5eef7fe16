"""PJM: what Data Miner 2 publishes, how to ask for it, how to read it; and the capacity auction workbooks.

Decisions that hold for all of it:

- A corrected row stands twice in a file (``row_is_current``, ``version_nbr``). The largest version is the row; each older
  one goes whole to quarantine under the reason ``superseded by version 2 in the same file``. It does not become a version
  in the lake, because a file read today says nothing of when the older one was known; a version that was read at its own
  time is one there.
- Recent prices are asked for by hub and by zone; archived ones come with all nodes or not at all, so the feeds of all
  nodes are the ones to backfill, and hubs and zones stand in them under their own types.
- An answer is all its pages: where they do not add up to the announced total, nothing of it is stored.
- Every call needs a subscription key. A non-member's allows six calls a minute, a member's six hundred.
- Clearing prices of FTR auctions are for members, whose own downloads are imported; public are the bids, four months late,
  and the congestion prices that rights settle on.
"""
