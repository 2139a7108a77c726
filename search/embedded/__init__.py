"""The engine that needs no server: Tantivy, in the data folder."""
