"""Pages of the community: each view fetches, calls one action, answers."""
