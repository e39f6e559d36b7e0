"""The settings that hold for a command, the user's own file of them, and their schema."""
