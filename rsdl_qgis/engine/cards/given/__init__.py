"""What a person says of a model in words: bands, classes and scaling, read from a line or a file. Standard library only."""
