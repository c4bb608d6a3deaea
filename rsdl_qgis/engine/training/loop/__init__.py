"""The training loop: losses, checkpoints, progress."""
