"""Reading: frozen rows by noun. A function takes the transaction first and never locks."""
