"""Networks that run: arrays in, arrays out."""
