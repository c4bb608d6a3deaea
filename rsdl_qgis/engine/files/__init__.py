"""Names and locks of files; texts, tables, JSON and XML of others, read so that they do no harm. Standard library only."""
