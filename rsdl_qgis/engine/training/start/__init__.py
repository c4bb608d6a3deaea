"""What a training starts from, and what of it is frozen."""
