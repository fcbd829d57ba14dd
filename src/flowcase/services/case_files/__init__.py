"""Cases as people see and open them: the file, its documents, its history, its notifications."""
