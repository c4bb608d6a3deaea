"""Model cards, and the store of installed models. Standard library only."""
