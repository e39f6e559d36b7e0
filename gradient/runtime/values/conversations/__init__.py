"""Messages that need not be written again: a growing conversation costs what is new in it.

conversations   what one recorder remembers
batch           the references of one payload
table           digests, what was recorded of messages and lists, up to a bound in bytes
looking         whether messages are what they were: compiled, or `plain_looking`
"""

from gradient.runtime.values.conversations.batch import Batch, reader_of
from gradient.runtime.values.conversations.conversations import Conversations

__all__ = ["Batch", "Conversations", "reader_of"]
