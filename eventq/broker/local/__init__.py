"""A real Kafka on this machine: whether it is ready."""
