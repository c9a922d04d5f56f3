"""Reading a topic from its start to its end, without a group."""
