"""TensorFlow Lite: the network of a model folder, converted and run by LiteRT in an environment of its own.

``program.py`` writes it as PyTorch exports it; ``process.py`` runs ``convert.py`` and ``run.py`` in that environment;
``file.py`` puts the card into the file.
"""
