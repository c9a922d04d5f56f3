"""Kafka: the only floor that imports a client library."""
