"""Chips from folders of images, masks and boxes."""
