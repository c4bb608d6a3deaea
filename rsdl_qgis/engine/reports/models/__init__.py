"""Pages on models."""
