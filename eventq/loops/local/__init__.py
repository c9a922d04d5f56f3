"""A real Kafka on this machine: fetching its jars, starting and stopping it."""
