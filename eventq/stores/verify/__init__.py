"""What was written of events elsewhere, for an audit to read."""
