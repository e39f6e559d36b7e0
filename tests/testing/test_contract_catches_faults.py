"""The contract suite fails for each of the faults it is there for."""

import pytest
from support.faulty_instrumentors import CAUGHT_BY

from gradient.runtime.context import clear_request_context
from gradient.testing import mockframework, mockinstrumentor
from gradient.testing.contract import InstrumentorContract

SUITE = {name for name in dir(InstrumentorContract) if name.startswith("test_")}

WITHOUT_PLUGINS = ["-p", "no:randomly", "-p", "no:asyncio", "-p", "no:cacheprovider"]


@pytest.fixture
def undamaged_framework():
    """What a faulty instrumentor does to the mock framework must not spread to the next test."""
    owners = {owner: dict(vars(owner)) for owner in (mockframework.Agent, mockframework.Crew)}

    yield

    for owner, attributes in owners.items():
        for name, value in attributes.items():
            if vars(owner)[name] is not value:
                setattr(owner, name, value)
    clear_request_context()


@pytest.fixture
def failing_tests(pytester, undamaged_framework):
    """Return a function that runs the suite on an instrumentor, and gives the names of the tests that fail."""

    def run(instrumentor):
        module, name = instrumentor.__module__, instrumentor.__name__
        pytester.makepyfile(f"""
            from {module} import {name}
            from support.contracts import MockContract

            class TestOther(MockContract):
                def instrumentor(self):
                    return {name}()
        """)
        passed, _, failed = pytester.inline_run(*WITHOUT_PLUGINS).listoutcomes()
        assert len(passed) + len(failed) >= len(SUITE)
        return {report.location[2].partition(".")[2].partition("[")[0] for report in failed}

    return run


def test_the_suite_has_nothing_against_an_instrumentor_without_a_fault(failing_tests):
    assert failing_tests(mockinstrumentor.MockInstrumentor) == set()


@pytest.mark.parametrize(("faulty", "test"), CAUGHT_BY.items(), ids=[faulty.__name__ for faulty in CAUGHT_BY])
def test_a_fault_is_caught_by_the_test_that_is_there_for_it(faulty, test, failing_tests):
    assert test in failing_tests(faulty)


def test_every_test_of_the_suite_is_there_for_a_fault():
    assert set(CAUGHT_BY.values()) == SUITE


def test_what_a_framework_does_not_have_is_skipped(pytester):
    pytester.makepyfile("""
        from support.contracts import MockContract

        from gradient.testing.contract import InstrumentorContract

        class TestRunsOnly(InstrumentorContract):
            shape = MockContract.shape
            instrumentor = MockContract.instrumentor
            run = MockContract.run
    """)

    outcomes = pytester.inline_run(*WITHOUT_PLUGINS).listoutcomes()

    passed, skipped, failed = ({report.location[2] for report in reports} for reports in outcomes)
    assert failed == set()
    assert "TestRunsOnly.test_an_error_passes_through_as_it_is[sync]" in passed
    assert "TestRunsOnly.test_an_error_passes_through_as_it_is[async]" in skipped
    assert "TestRunsOnly.test_a_run_inside_a_run_is_its_child" in skipped
