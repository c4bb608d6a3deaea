"""Several maps compared on one reference."""
