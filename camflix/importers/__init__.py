"""File formats: rows, or problems with a line number, out; no database."""
