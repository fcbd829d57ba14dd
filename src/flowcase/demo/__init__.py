"""A fictional municipality that has really been run: people in every role, cases in every stage.

Two years are played on the settable clock through the same services that people use, so that every row,
event and deadline of the demonstration came about as in a real installation. All names are made up.
"""

from flowcase.demo.preparing import prepare
from flowcase.demo.serving import serve_all

__all__ = ["prepare", "serve_all"]
