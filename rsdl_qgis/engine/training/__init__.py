"""Training: samples, losses, metrics, and the loop that knows no network."""
