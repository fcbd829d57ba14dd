"""Pictures that need no program in the browser: diagrams, charts, lines in time."""
