"""Names and locks of files; texts, CSV, JSON and XML of others, which are to do no harm. Standard library only."""
