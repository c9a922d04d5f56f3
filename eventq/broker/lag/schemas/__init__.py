"""Messages that kafka-python has no schema of, in its own JSON form; see consumer_groups.py."""
