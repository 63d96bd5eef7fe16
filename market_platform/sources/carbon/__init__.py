"""Carbon allowance auctions: California-Quebec, RGGI, Washington, and a user's own table of voluntary offsets."""
