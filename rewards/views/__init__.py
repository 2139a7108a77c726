"""A member's own credits, and the review desk."""
