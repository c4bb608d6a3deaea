"""Training over several processes: what each has for itself, and what they share."""
