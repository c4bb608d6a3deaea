"""TensorFlow's SavedModels as ONNX, by TensorFlow and tf2onnx in an environment and a process of their own.

``reader.py`` and ``contents.py`` run in the worker, which has no TensorFlow; ``convert.py`` and what it imports
(``assembly.py``, ``signatures.py``, ``checkpoint.py``) run in TensorFlow's Python.
"""
