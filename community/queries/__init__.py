"""Reads across relations, a file for each family of pages."""
