"""The jobs "describe_model" and "list_models": pages on models for people, and whether a model fits a layer."""
