"""One file for each framework, and the plumbing they share: `patching`, `seams`, and the messages of all providers."""
