"""What tests of agents and of instrumentors need.

    record              what a block does, kept in memory
    forest              executions as plain nested data; `document_tree` does the same for a `gradient.run/1` document
    FakeClock           time that tests decide on; `CountingIdentities` for ids

The suite that every instrumentor can be run through is in `gradient.testing.contract`, which needs pytest. A framework
to trace is in `gradient.testing.mockframework`, and how that is done in `gradient.testing.mockinstrumentor`.
"""

from gradient.testing.fakes import CountingIdentities, FakeClock
from gradient.testing.recording import Record, record
from gradient.testing.trees import Tree, document_tree, forest

__all__ = ["CountingIdentities", "FakeClock", "Record", "Tree", "document_tree", "forest", "record"]
