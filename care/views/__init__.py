"""The desk and the requests, as pages."""
