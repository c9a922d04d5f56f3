"""The verdict of an audit."""
