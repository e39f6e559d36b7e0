"""Google's Agent Development Kit and its client."""
