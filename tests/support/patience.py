"""How long a test waits for what must happen: no machine is so busy, and nothing waits for the time to pass."""

PATIENCE_S = 600
