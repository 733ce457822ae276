"""What travels between the rooms: frozen results, errors with one exit code each, operations that state both."""

from __future__ import annotations

import inspect

import msgspec
import pytest

from camflix import errors, results
from camflix.cli.exit_codes import EXIT_CODES, ExitCode
from camflix.operations import OPERATIONS, Operation, inputs

RESULTS = [
    value
    for value in (getattr(results, name) for name in results.__all__)
    if isinstance(value, type) and issubclass(value, msgspec.Struct)
]
INPUTS = [
    value
    for _name, value in inspect.getmembers(inputs, inspect.isclass)
    if issubclass(value, msgspec.Struct) and value is not msgspec.Struct
]


def subclasses(base: type[errors.CamFlixError]) -> set[type[errors.CamFlixError]]:
    return {base} | {each for child in base.__subclasses__() for each in subclasses(child)}


def test_every_error_has_its_exit_code() -> None:
    assert set(EXIT_CODES) == subclasses(errors.CamFlixError)


def test_no_error_exits_as_if_all_were_well_or_as_if_a_key_had_been_pressed() -> None:
    assert not set(EXIT_CODES.values()) & {ExitCode.DONE, ExitCode.INTERRUPTED}


def test_every_error_has_a_code_of_its_own_for_clients() -> None:
    codes = [error.code for error in EXIT_CODES]

    assert len(set(codes)) == len(codes)


def test_exit_codes_are_the_ones_documented() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "FAILED": 1,
        "WRONG_USAGE": 2,
        "NOT_FOUND": 3,
        "AMBIGUOUS": 4,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.__name__)
def test_results_are_frozen_and_documented(result: type[msgspec.Struct]) -> None:
    assert result.__struct_config__.frozen
    assert result.__doc__
    assert not result.__doc__.startswith(f"{result.__name__}(")


@pytest.mark.parametrize("input_", INPUTS, ids=lambda input_: input_.__name__)
def test_inputs_are_frozen_and_refuse_unknown_fields(input_: type[msgspec.Struct]) -> None:
    assert input_.__struct_config__.frozen
    assert input_.__struct_config__.forbid_unknown_fields


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_operations_take_an_input_and_answer_with_a_result(operation: Operation[object, object]) -> None:
    assert operation.input_type in INPUTS
    assert operation.result_type in RESULTS
    assert operation.path.startswith("/api/")
    assert operation.path.endswith("/")
    assert operation.summary.endswith(".")
