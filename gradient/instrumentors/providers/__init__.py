"""What the answers of all providers have in common: parts of messages, tokens, raw bodies."""
