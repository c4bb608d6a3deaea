"""Networks of other programs as ONNX, read without those programs; nothing that a file holds is run.

``foreign.py`` has the table of readers, one folder or module a kind. A reader takes a path and gives a ``Foreign``.
"""
