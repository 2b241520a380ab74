"""Instances: what is true. Schema, reading, checking, writing."""
