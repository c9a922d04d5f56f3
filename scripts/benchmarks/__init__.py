"""What scripts/bench runs: eventq against the tools that people would use instead, in one run."""
