"""The job "cloud_mask": what a quality band marks, as a map of classes."""
