"""Chips as batches of tensors, and data augmentation."""
