"""Classifiers of single pixels and series that are no networks: support vector machines, forests and boosted trees."""
