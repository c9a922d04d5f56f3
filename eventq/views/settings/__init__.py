"""Settings: where each came from, and what client libraries make of it."""
