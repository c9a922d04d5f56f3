"""A real Kafka on this machine: its status, and the progress of a download."""
