from hypothesis import given
from hypothesis import strategies as st

from eventq.core.consume.quota import Quota

_STEPS = st.lists(
    st.tuples(st.sampled_from(["grant", "commit", "back", "die"]), st.integers(0, 3), st.integers(0, 40))
)


@given(_STEPS, st.integers(1, 100))
def test_never_more_than_the_total_is_committed_or_can_be(
    steps: list[tuple[str, int, int]], total: int
) -> None:
    quota, held = Quota(total), dict.fromkeys(range(4), 0)
    for step, member, count in steps:
        if step == "grant":
            held[member] += quota.grant(member, count)
            continue
        moved = held[member] if step == "die" else min(count, held[member])
        held[member] -= moved
        if step == "commit":
            quota.commit(member, moved)
        elif step == "back":
            quota.give_back(member, moved)
        else:
            quota.forget(member)
        assert quota.left >= 0
        assert quota.committed + sum(held.values()) + quota.left == total


def test_without_a_total_everything_is_granted_and_no_goal_is_reached() -> None:
    quota = Quota(None)
    assert quota.grant(1, 10**9) == 10**9
    assert not quota.reached
