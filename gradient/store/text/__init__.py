"""Search by text: words of runs, in scripts with and without blanks."""
