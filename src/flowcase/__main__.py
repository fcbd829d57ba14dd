"""`python -m flowcase`: the command line."""

from flowcase.cli import main

main()
