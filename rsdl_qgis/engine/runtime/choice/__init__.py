"""Which engine runs a model fastest on a computer: tried once, and kept beside the model."""
