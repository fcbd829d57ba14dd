"""What `make bench-peers` runs besides flowcase, a folder with a small driver for each peer."""
