"""What is drawn of a run: rows, trees, graphs, states, and long output page by page."""
