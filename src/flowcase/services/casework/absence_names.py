"""What the flow of a case's absence and its handlers call the same things: each name has its home here.

The handlers are `handlers/fravaer_*`; a service that does what an older version does not draw runs them too.
"""

from __future__ import annotations

ABSENCE_ID, LAST_DAY = "fravaer_id", "fravaer_til"  # variables of every version
CHANGES, ENDS = "fravaer.aendr", "fravaer.slut"  # job types
BACK, CALLED_OFF = "tilbage", "aflyst"  # how an absence ended; there are others
