"""What other programs say of a model, read as our card."""
