"""The journal: append-only files of frames that outlive the process that writes them.

    writer     append frames, from any thread           opener    which segment comes next
    reader     read them, while or after                segment   the two ways to write one
    settling   finish what a dead process left open     process   a process's folder, and whether it lives
    retention  keep all of it within an age and a size  frames    the layout of the bytes
    compression  closed segments, made small            erasing   frames taken out for good
    files      a segment's file, compressed or not      events, messages    what bodies say
    descriptors  what of this process's is still ours
    keeping    frames that must not be lost
    ours       open files of a home, and no others

It imports nothing of ours. What a frame's body means is its callers' business.
"""

from gradient.journal.errors import FrameTooLarge, JournalError, NotWritable, StaleFrame
from gradient.journal.process import Liveness
from gradient.journal.reader import Frame, ProcessJournal, SegmentReader, processes
from gradient.journal.retention import Pruned, prune
from gradient.journal.settling import settle
from gradient.journal.writer import JournalWriter

__all__ = [
    "Frame",
    "FrameTooLarge",
    "JournalError",
    "JournalWriter",
    "Liveness",
    "NotWritable",
    "ProcessJournal",
    "Pruned",
    "SegmentReader",
    "StaleFrame",
    "processes",
    "prune",
    "settle",
]
