"""scripts/quickstart: a burst of events, a group that processes it, and the queue between them.

cli       the steps, one after the other
burst     producer, group and watch, side by side, and their ends
story     what is said about it, in the pipe and at the end
picture   the live view of it as the SVG in the README (scripts/picture)
"""
