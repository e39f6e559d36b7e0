"""The settings: which there are, and where they come from."""
