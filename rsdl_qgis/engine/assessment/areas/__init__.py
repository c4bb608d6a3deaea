"""Samples of maps, and accuracy and area estimated from them."""
