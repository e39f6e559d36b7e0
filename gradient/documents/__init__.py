"""What is recorded of a run, as the documents that users and programs read: `gradient.run/1` and `gradient.ls/1`."""
