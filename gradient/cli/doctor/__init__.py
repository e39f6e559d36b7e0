"""What `gradient doctor` looks at: frameworks, other tracers, the home, and what is wrong."""
