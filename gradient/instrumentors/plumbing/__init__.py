"""How attributes, methods and blocks of other people's code are wrapped, and let go."""
