"""What the parent and the children of a run share, whichever run it is."""
