"""Reports as pages, from plain values."""
