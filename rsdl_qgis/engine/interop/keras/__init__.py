"""Keras networks (``.h5``, ``.keras``) as ONNX without TensorFlow: their configuration is read, no code of theirs runs."""
