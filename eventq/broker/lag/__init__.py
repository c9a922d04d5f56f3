"""Lag: how far consumer groups are behind."""
