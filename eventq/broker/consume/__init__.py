"""A consume run: a group of members."""
