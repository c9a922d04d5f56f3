from eventq.core.verify.own_names import own_name, owner_of

AT = 1_795_859_695.0


def test_a_name_tells_whose_it_is_and_since_when() -> None:
    name = own_name(AT, "372d8a68")
    assert name == "eventq-verify-20261128-095455-372d8a68"
    for each in (name, f"{name}-cell-07"):
        assert owner_of(each) == (name, AT)


def test_names_of_others_have_no_owner() -> None:
    name = own_name(AT, "372d8a68")
    others = ["orders", "eventq-verify", f"x-{name}", f"{name}x", f"{name}-", f"{name}-A b", name.upper()]
    others += ["eventq-verify-20261399-095455-372d8a68", "eventq-verify-20261128-095455-372d8a6"]
    assert [owner_of(other) for other in others] == [None] * len(others)
