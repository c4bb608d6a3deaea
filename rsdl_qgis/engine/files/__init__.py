"""Names and locks of files, and texts that do no harm in them. Standard library only."""
