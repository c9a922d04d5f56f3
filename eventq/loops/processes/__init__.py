"""A parent and its children, whichever run it is: their pipe, their messages, their ends."""
