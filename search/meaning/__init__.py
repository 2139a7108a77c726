"""What a text means, as numbers: an extra (`pip install .[semantic]`) that finds what says the same in other words."""
