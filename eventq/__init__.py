"""The producer-consumer pattern on Apache Kafka: send events, run a group, see the queue between them."""

__version__ = "0.1.0"
