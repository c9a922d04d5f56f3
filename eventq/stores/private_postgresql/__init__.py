"""A PostgreSQL that is there for one run and gone after it."""
