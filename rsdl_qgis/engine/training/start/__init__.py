"""Starting weights of a training, and freezing."""
