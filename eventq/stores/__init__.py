"""Databases and files that effects go to; the only floor that imports a database driver."""
