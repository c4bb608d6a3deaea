"""What models say of themselves, and where models are. Standard library only."""
