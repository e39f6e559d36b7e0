"""Every error the journal raises on purpose.

    JournalError
    ├── NotWritable    a folder or segment cannot be made or written
    ├── FrameTooLarge  a body is longer than a frame can hold
    └── StaleFrame     a frame outlived the segment it refers to

The writer catches all of them: a frame that cannot be written is counted, never raised into the host.
"""

from pathlib import Path


class JournalError(Exception):
    """Base class, so that one `except` clause catches whatever the journal raises."""


class NotWritable(JournalError):
    """A folder or segment cannot be made or written: no rights, no space, no such place."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"Cannot write the journal at {path}: {reason}. "
            "Free some space, make the folder writable, or choose another one with GRADIENT_HOME."
        )


class FrameTooLarge(JournalError):
    """A body is longer than a frame can hold."""

    def __init__(self, size_bytes: int, largest_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.largest_bytes = largest_bytes
        super().__init__(
            f"A frame of {size_bytes:,} bytes was dropped; the most is {largest_bytes:,}. Lower the limits."
        )


class StaleFrame(JournalError):
    """A frame that had to wait for another one found its segment full."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        super().__init__(f"A frame of generation {generation} was dropped: its segment ended while it waited.")
