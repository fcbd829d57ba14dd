"""Who may see and do what: the rules asked by everything that shows or changes a case."""
