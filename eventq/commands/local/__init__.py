"""`eventq local`."""
