"""How dead letters are sent, whichever the client."""

DELIVERY_TIMEOUT_MS = 10_000
"""How long one is tried before `--retries` counts: a member does not hear of a stop meanwhile."""

FLUSH_SECONDS = 5.0
"""After that time everything is settled; so much longer is waited for the client to say so."""

LARGEST_BYTES = 1_000_000_000
"""What fitted into one topic is for the broker to judge, not for the client."""
