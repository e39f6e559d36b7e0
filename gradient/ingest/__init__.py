"""Take what other programs send as OTLP, and write it to a journal: then all that reads journals works on it.

requests    bytes to messages: protobuf or JSON, compressed or not, within limits
events      spans to events of the journal
journals    a journal for each process that sends
server      listen, for those who have no server of their own
"""

from gradient.ingest.journals import Ingest
from gradient.ingest.requests import Answer, Refused
from gradient.ingest.server import listening

__all__ = ["Answer", "Ingest", "Refused", "listening"]
