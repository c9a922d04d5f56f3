"""Where the effects of consumed events go."""
