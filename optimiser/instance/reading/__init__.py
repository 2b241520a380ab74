"""From files to cells to columns: folders, TOML, workbooks, and what a cell was likely meant to be."""
