"""What a producer writes down of its events, so that what became of them can be checked later."""
