"""The job "export_model": a model in a format for other programs, and how far it agrees with the original."""
