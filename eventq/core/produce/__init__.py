"""A produce run: events at a rate."""
