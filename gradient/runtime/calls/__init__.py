"""Traced calls of functions of any colour: what is current while they run, and those that last or are handed over."""
