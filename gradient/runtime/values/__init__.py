"""From values of any kind to the JSON that is recorded: looked at, bounded, redacted, described."""
