"""flowcase: child-protection casework as diagrams that run."""
