"""Keras networks (``.h5``, ``.keras``) as ONNX without TensorFlow: from their configuration; no code of theirs runs."""
