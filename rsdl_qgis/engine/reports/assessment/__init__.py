"""The reports of areas estimated from a sample, and of maps compared."""
