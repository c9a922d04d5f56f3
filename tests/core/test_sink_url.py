import pytest

from eventq.core.errors import UsageError
from eventq.core.sink_url import EffectsUrl, Kind, TableUrl, TopicUrl, postgresql_url, sink_url


def test_a_database_without_a_table_is_what_eventq_wrote_and_with_one_is_the_users_own() -> None:
    assert sink_url("sqlite:a.db") == EffectsUrl(Kind.SQLITE, "a.db", "sqlite:a.db")
    own = sink_url("postgresql://db/shop?table=t&id=i")
    assert own == TableUrl(
        Kind.POSTGRESQL, "postgresql://db/shop", "postgresql://db/shop?table=t", table="t", column="i"
    )
    assert sink_url("postgres://db/shop") == EffectsUrl(
        Kind.POSTGRESQL, "postgresql://db/shop", "postgresql://db/shop"
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("//app:s%23cret@db:6432/shop", "postgresql://app@db:6432/shop"),
        ("//app@a:1,b:2/shop?password=s%23cret&target_session_attrs=any", "postgresql://app@a:1,b:2/shop"),
        ("///shop?host=/run/pg&sslpassword=s%23cret", "postgresql:///run/pg/shop"),
        ("//h/d?oauth_client_secret=s%23cret", "postgresql://h/d"),
        ("//u%40x:s%23cret@[::1]/", "postgresql://u@x@[::1]/"),
    ],
)
def test_a_password_is_known_as_a_secret_and_not_shown(given: str, shown: str) -> None:
    found = postgresql_url(given)
    assert found.shown == shown
    assert "s#cret" in found.secrets
    assert "s%23cret" in found.target


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("app:secret@db/shop", "// is missing"),
        ("//app:secret@[db/shop", "not a URL"),
        ("//app:sec#ret@db/shop", "%23"),
        ("//app:secret@db/shop?x", "name=value"),
        ("//app:secret@db/shop?host=a&host=b", "host is given twice"),
        ("//app:secret@db/shop?table=t&id=i", "takes no table="),
        ("//app:secret@db/shop?table=t", "does not say id="),
    ],
)
def test_another_form_is_refused_without_what_may_be_a_password(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        postgresql_url(given)
    assert "sec" not in f"{refused.value} {refused.value.hint}"


def test_a_topic_of_copies_is_named_as_consume_names_it() -> None:
    assert sink_url("kafka:copies") == TopicUrl("copies")
    with pytest.raises(UsageError, match="not a name for a topic"):
        sink_url("kafka:")
