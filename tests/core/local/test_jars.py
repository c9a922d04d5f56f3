"""The list of jars."""

import pytest

from eventq.core.local.jars import Jar, parse_jars

SHA = "0123456789abcdef" * 4
LINES = f"# head\norg.apache.kafka:kafka_2.13:4.3.1 {SHA} 12\n\ncom.a.b:c-d:1.0-jre {SHA} 30\n"


def test_a_list_has_a_jar_a_line() -> None:
    found = parse_jars(LINES)
    assert found.jars[1] == Jar("com.a.b", "c-d", "1.0-jre", SHA, 30)
    assert found.jars[1].path == "com/a/b/c-d/1.0-jre/c-d-1.0-jre.jar"
    assert (found.size, found.kafka_version) == (42, "4.3.1")
    assert [jar.line for jar in found.jars] == [line for line in LINES.splitlines() if " " in line[2:]]


def test_another_list_has_another_folder_and_a_comment_makes_no_other() -> None:
    found = parse_jars(LINES)
    assert found.folder_name.startswith("kafka-4.3.1-")
    assert parse_jars(LINES.replace("# head", "# other")).folder_name == found.folder_name
    assert parse_jars(LINES.replace(" 30", " 31")).folder_name != found.folder_name


@pytest.mark.parametrize(
    "line", ["a:b", f"a:b:c {SHA}", f"a:b:c {SHA[1:]} 1", f"a:b:c {SHA} -1", f"a:../b/x:c {SHA} 1"]
)
def test_what_is_no_line_of_a_list_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not group:artifact:version"):
        parse_jars(LINES + line)


def test_a_list_without_kafka_or_with_a_file_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no kafka_2\.13"):
        parse_jars("")
    with pytest.raises(ValueError, match="one file name"):
        parse_jars(LINES + f"other:c-d:1.0-jre {SHA} 30\n")
