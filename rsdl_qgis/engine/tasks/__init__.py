"""Tasks: what a network's output means."""
