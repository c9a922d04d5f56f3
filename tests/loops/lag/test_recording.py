"""A recording in a file: what is no sample is told by number, and a file without any is an error."""

from pathlib import Path

import orjson
import pytest

from eventq.core.errors import EventqError
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Snapshot
from eventq.loops.lag.recording import recorded
from eventq.views.lag.json import stream_document

LINE = orjson.dumps(stream_document(Sample(Snapshot(5.0, ())))) + b"\n"


def test_an_interrupted_recording_is_read_up_to_its_cut_with_a_warning(tmp_path: Path) -> None:
    path, told = tmp_path / "run.ndjson", list[str]()
    path.write_bytes(LINE * 3 + LINE[:9])
    assert len(list(recorded(path, told.append))) == 3
    assert told == [f"{path}: the last line, 4, is cut off: the recording was interrupted"]


def test_of_many_bad_lines_the_first_are_named_and_all_are_counted(tmp_path: Path) -> None:
    path, told = tmp_path / "run.ndjson", list[str]()
    path.write_bytes(LINE + b"junk\n" * 9)
    assert len(list(recorded(path, told.append))) == 1
    assert [text.split(" is skipped")[0] for text in told[:2]] == [f"{path}: line 2", f"{path}: line 3"]
    assert (len(told), told[-1]) == (6, f"{path}: 9 lines skipped in total")


def test_no_sample_and_no_file_are_errors(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"\n")
    for name, text in (("empty", "holds no sample"), ("none", "No such file")):
        with pytest.raises(EventqError, match=text):
            list(recorded(tmp_path / name, lambda _: None))
