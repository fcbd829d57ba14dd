"""The built-in functions of DMN 1.5 (section 10.3.4), one module per kind."""

from __future__ import annotations

from flowcase.feel.functions import BUILTINS
from flowcase.feel.library import contexts, conversions, dates, extras, lists, numeric, ranges, texts
from flowcase.feel.names import KnownNames

MODULES = (contexts, conversions, dates, extras, lists, numeric, ranges, texts)
NAMES = frozenset(BUILTINS)
KNOWN = KnownNames(NAMES)
