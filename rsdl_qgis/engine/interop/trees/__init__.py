"""Ensembles of decision trees as ONNX, which take the bands of single pixels."""
