"""The version of the engine, as results say it."""

VERSION = "0.2.0"
