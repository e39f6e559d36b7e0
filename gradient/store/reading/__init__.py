"""From rows of the index and frames of the journals to lists, sums and whole runs."""
