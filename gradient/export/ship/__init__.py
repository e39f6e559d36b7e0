"""Send what the journals hold to an OpenTelemetry backend, each span once.

    shipper       all journals of a home, one after the other, for as long as somebody wants
    source        one process's journal: read on, hand out what is ready, note what arrived
    waiting       what was read of one request, and what of it can be sent
    segments      frames at their places, and the messages they refer to
    ledger        how far each journal was sent, on disk, and who sends it
    destination   where to: one POST and what became of it
    batches       spans in requests of a bearable size
    background    the same in a thread of the agent's own process

Nothing is taken from the agent's thread: the journal is what is read, hours later if need be. How far it was sent is
written after the backend took it. So an outage, a restart or a kill loses nothing; a kill between the two makes one
batch be sent again, with the same ids.
"""
