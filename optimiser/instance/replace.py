"""Variants of an instance: one or several inputs changed, everything they can break checked again."""

from __future__ import annotations
