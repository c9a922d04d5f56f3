"""Whether what was delivered is what was promised."""
