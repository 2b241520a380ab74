"""Designs of experiments: which samples are drawn."""
