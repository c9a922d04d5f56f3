"""Other people's consumer groups: described, reset, deleted."""
