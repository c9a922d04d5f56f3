"""Topics: made, listed, described, altered, deleted."""
