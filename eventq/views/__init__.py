"""Values in, text out: rich renderables, JSON, CSV."""
