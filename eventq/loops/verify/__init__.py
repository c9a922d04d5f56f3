"""An audit: the ledgers, what was written of their events elsewhere, the log."""
