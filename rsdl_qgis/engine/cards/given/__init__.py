"""What a person says of a model: bands, classes and scaling in words or from files. Standard library only."""
