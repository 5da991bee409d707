"""`python -m shouwen.project` is `shouwen`."""

from shouwen.project.cli import main

main()
