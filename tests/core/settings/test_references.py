import pytest

from eventq.core.errors import UsageError
from eventq.core.settings.references import expand

FILES = {"/run/secret": b"hush\n", "/run/all.properties": b"user=alice\npassword: hush\n"}


def read(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory")
    return FILES[path]


def test_a_value_may_stand_in_a_variable_in_a_file_or_under_a_key_of_a_file() -> None:
    def said(value: str) -> str:
        return expand(value, {"PASSWORD": "hush"}, read)

    assert said("${env:PASSWORD}") == said("${file:/run/secret}") == "hush"
    assert said("${file:/run/all.properties:password}") == "hush"
    assert said("a ${env:PASSWORD}, b ${env:PASSWORD}") == "a hush, b hush"
    assert said("plain $5 ${HOME} {x:y}") == "plain $5 ${HOME} {x:y}"


@pytest.mark.parametrize(
    "value",
    [
        "${env:NONE}",
        "${file:/no/such}",
        "${file:/run/all.properties:none}",
        "${vault:/a:b}",
    ],
)
def test_a_reference_that_leads_nowhere_is_a_usage_error_that_names_it(value: str) -> None:
    with pytest.raises(UsageError) as error:
        expand(value, {}, read)
    assert value in str(error.value)
    assert error.value.hint
