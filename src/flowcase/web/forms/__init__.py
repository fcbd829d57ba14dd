"""Forms on pages: drawn, read back as they were typed, with their files and what is asked once more."""
