"""What a produce run writes down."""
