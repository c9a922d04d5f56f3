"""What a verification's exit code is, and which faults there are by default and in the matrix."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from eventq.core.consume.delivery import Delivery
from eventq.core.consume.injection import parse_fault
from eventq.core.errors import ExitCode
from eventq.core.verify.audit import Audit, RunResult
from eventq.core.verify.matrix import Cell, Matrix, matrix_faults
from eventq.core.verify.names import Name, allowed
from eventq.core.verify.self_test import SelfTest
from eventq.core.verify.state import Sources
from eventq.core.verify.verification import Faulted, Verification, default_faults
from eventq.views.verify import matrix as matrix_view
from eventq.views.verify import verification as view

FINE = SelfTest(frozenset({Name.LOST}), {}, [], [])
BLIND = replace(FINE, missed=[Name.LOST])
NO_FAULTS = Faulted((), None, (), 0)


def audit(delivery: Delivery = Delivery.EXACTLY_ONCE, **found: int) -> Audit:
    names = Counter({Name[name.upper()]: count for name, count in found.items()})
    run: Any = {"acked": 10, "failed": 0, "aborted": 0, "processed": 10, "names": names}
    result = RunResult("372d8a68", "f", "t", 1, acks="all", idempotent=True, complete=True, dropped=0, **run)
    sources = Sources(log=True, sink=True, group=True, order=True)
    return Audit(delivery, sources, "t", "g", [result], [], [], {}, aborted_in_log=False, unchecked=0)


def verification(found: Audit, tested: SelfTest = FINE, timed_out: float | None = None) -> Verification:
    return Verification("n", 10, 3, 3, "sqlite:x", found, tested, NO_FAULTS, (), timed_out)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (verification(audit()), ExitCode.DONE),
        (verification(audit(lost=1)), ExitCode.VERIFICATION),
        (verification(audit(lost=1), timed_out=5.0), ExitCode.VERIFICATION),
        (verification(audit(pending=1), timed_out=5.0), ExitCode.TIMED_OUT),
        (verification(audit(pending=1)), ExitCode.ERROR),
        (verification(audit(), BLIND), ExitCode.ERROR),
        (verification(audit(lost=1), BLIND), ExitCode.VERIFICATION),
    ],
)
def test_a_broken_promise_counts_for_more_than_what_is_unfinished(
    found: Verification, code: ExitCode
) -> None:
    assert found.exit_code is code


def test_a_check_that_overlooks_something_is_told_with_what_it_overlooked() -> None:
    assert view.check_line(FINE).startswith("the check can fail: yes")
    assert view.check_line(BLIND) == (
        "the check can fail: no (planted and not found: lost; found and not planted: none)"
    )


@pytest.mark.parametrize("messages", [1, 5, 100_000])
def test_the_faults_of_a_run_are_faults_whatever_its_size(messages: int) -> None:
    asked = [*default_faults(messages), *(text for row in matrix_faults(messages) for text in row.faults)]
    assert all(parse_fault(text) for text in asked)


def test_the_matrix_has_a_row_for_each_fault_and_each_crash_point() -> None:
    assert [row.name for row in matrix_faults(3000)] == [
        "none", "kill", "pause", "crash before-commit", "crash after-commit", "crash mid-batch",
        "crash after-claim",
    ]  # fmt: skip


def cell(found: Audit, fault: str = "kill", *, settled: bool = True) -> Cell:
    return Cell(found.delivery, fault, found, NO_FAULTS, settled)


def matrix(*cells: Cell, tested: SelfTest = FINE) -> Matrix:
    return Matrix("n", 10, "sqlite:", cells, tested, ())


ROW = (
    cell(audit(Delivery.AT_MOST_ONCE, lost=3)),
    cell(audit(Delivery.AT_LEAST_ONCE, duplicate=4)),
    cell(audit()),
)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (matrix(*ROW), ExitCode.DONE),
        (matrix(*ROW[:2], cell(audit(duplicate=1))), ExitCode.VERIFICATION),
        (matrix(*ROW[:2], cell(audit(pending=1), settled=False)), ExitCode.TIMED_OUT),
        (matrix(*ROW, tested=BLIND), ExitCode.ERROR),
    ],
)
def test_a_matrix_is_as_good_as_its_worst_cell(found: Matrix, code: ExitCode) -> None:
    assert found.exit_code is code


def test_the_table_says_what_each_guarantee_lost_and_repeated_and_what_it_must_not() -> None:
    text = matrix_view.markdown(matrix(*ROW))
    assert "| kill | 3 lost, 0 twice | 0 lost, 4 twice | 0 lost, 0 twice |" in text
    broken = matrix(*ROW[:2], cell(audit(duplicate=1, phantom=2)))
    assert "0 lost, 1 twice, 2 phantom: BROKEN" in matrix_view.lines(broken)
    assert matrix_view.document(broken)["verdict"] == "broken"


def test_order_is_promised_where_a_late_writer_is_kept_out_or_only_repeats() -> None:
    promised = [allowed(Name.REORDERED, delivery) for delivery in Delivery]
    assert promised == [True, False, False]
