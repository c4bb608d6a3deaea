"""Predictions on many machines: Dask's workers make blocks and write them to a shared folder, where they are joined."""
