"""Where things stand."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTANCES = ROOT / "instances"
ARCHETYPE = INSTANCES / "archetype"
GOLDENS = ROOT / "tests" / "goldens"
