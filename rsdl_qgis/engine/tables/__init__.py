"""What both sides look up: tasks and metrics. Standard library only."""
