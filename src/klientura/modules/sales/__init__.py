"""Owns pipelines, their stages, and opportunities."""
