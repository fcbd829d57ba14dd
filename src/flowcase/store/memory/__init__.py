"""A transaction without a database: rows on shelves in memory, for running cases that nobody has.

A simulation carries thousands of cases through years. It uses the very services and the very engine that
real cases use, on a transaction that keeps rows as Python objects: no SQL, no encryption, no history and
no saved states. Nothing here is ever written anywhere. What a handler wrote before it failed is not
undone, and whoever watches is told of every event.
"""

from flowcase.store.memory.shelves import Shelves
from flowcase.store.memory.transaction import MemoryTx, Watch

__all__ = ["MemoryTx", "Shelves", "Watch"]
