"""Messages that kafka-python has no schema of, in its own JSON form; see kip848.py."""
