"""What became of events, judged by ledgers, the log, and what was written of them elsewhere."""
