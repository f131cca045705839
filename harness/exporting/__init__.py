"""Writes all that a world holds into files: a file for each kind of document, or one script of SQL."""
