"""Chips as tensors in batches, and their augmentation."""
