"""What runs for a while: produce, member, group of members, watch, wait."""
