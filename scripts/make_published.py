"""Make an instance of a published problem: make_published.py KIND FILE FOLDER (kinds: `making.published`)."""

from __future__ import annotations

import sys
from pathlib import Path

from making.published import convert

if __name__ == "__main__":
    kind, source, folder = sys.argv[1:]
    convert(kind, Path(source).read_text(encoding="utf-8"), Path(folder))
