"""What both sides look up: tasks and metrics; the kinds of values of which tables are made. Standard library only."""
