"""What `make chaos` does to an installation, a file for each fault."""
