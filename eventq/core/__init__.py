"""Pure: no I/O, no clock, no threads, no Kafka, no rich."""
