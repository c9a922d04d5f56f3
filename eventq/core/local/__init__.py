"""A real Kafka on this machine: its settings, its files, its jars."""
