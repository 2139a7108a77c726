"""Search on an Elasticsearch cluster. Loaded only where one is set: its client takes 34 MB and most of a second."""
