"""Which chips are for training, validation and test, apart in space."""
