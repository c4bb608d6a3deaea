"""The jobs "fetch_model" and "fetch_manifests": models of manifests, fetched with resume and checked by their hash."""
