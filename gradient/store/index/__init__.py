"""The index of a home: its tables, and how they are kept up to date, mended, and freed of what was removed."""
