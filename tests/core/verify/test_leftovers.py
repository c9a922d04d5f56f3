"""What is removed of what killed verifications left, and what stays."""

from eventq.core.verify.leftovers import OLD_SECONDS, Leftover, OwnFolder, leftovers
from eventq.core.verify.own_names import own_name

NOW = 1_795_859_695.0
OLD, YOUNG = own_name(NOW - OLD_SECONDS, "00000001"), own_name(NOW - OLD_SECONDS + 1, "00000002")


def test_all_of_an_old_one_that_nobody_is_in_can_go() -> None:
    cell = f"{OLD}-cell-01"
    assert leftovers([OLD, "orders"], {OLD: None, cell: None, "billing": None}, {}, NOW) == [
        Leftover(OLD, [OLD], [OLD, cell])
    ]


def test_one_of_another_machine_stays_while_it_may_be_running() -> None:
    (young,) = leftovers([YOUNG], {YOUNG: None}, {}, NOW)
    assert "may be running on another machine" in (young.why_kept or "")


def test_one_whose_group_has_members_stays_however_old_it_is() -> None:
    (old,) = leftovers([OLD], {OLD: "group has 1 live member"}, {}, NOW)
    assert old.why_kept == "group has 1 live member"


def test_on_its_own_machine_the_lock_of_its_folder_tells_whether_it_lives() -> None:
    dead, living = (
        leftovers([YOUNG], {}, {YOUNG: OwnFolder(f"/tmp/{YOUNG}", locked)}, NOW)[0]
        for locked in (False, True)
    )
    assert (dead.why_kept, dead.folder) == (None, f"/tmp/{YOUNG}")
    assert living.why_kept == "it is running on this machine"


def test_a_folder_alone_can_go_too() -> None:
    assert leftovers([], {}, {YOUNG: OwnFolder("/tmp/x", living=False)}, NOW) == [
        Leftover(YOUNG, folder="/tmp/x")
    ]


def test_a_folder_of_another_cluster_stays() -> None:
    folders = {YOUNG: OwnFolder("/tmp/x", living=False, cluster="A")}
    (here,), (elsewhere,) = (leftovers([], {}, folders, NOW, cluster) for cluster in ("A", "B"))
    assert here.why_kept is None
    assert elsewhere.why_kept == "folder /tmp/x belongs to another cluster, A"
