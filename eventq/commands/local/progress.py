"""How a download of jars is shown: a bar on a terminal, lines elsewhere, nothing if --quiet."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from eventq.commands.local.options import Place
from eventq.commands.output import note, redrawable
from eventq.loops.local.interfaces import Progress


@contextmanager
def progress(place: Place, what: str) -> Iterator[Progress]:
    if place.quiet or not redrawable(sys.stderr):
        from eventq.views.local.download import DownloadLines

        yield DownloadLines(what, partial(note, place))
        return
    from eventq.views.local.download_bar import DownloadBar

    with DownloadBar(what) as bar:
        yield bar
