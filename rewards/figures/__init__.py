"""What operators read of the books as a whole: each figure, and the transfers that it sums."""
