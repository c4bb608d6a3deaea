"""How results are shown: styles of layers, and files that keep them."""
