"""The table of weights that others publish. Standard library only."""
