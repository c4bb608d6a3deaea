"""Memory that ran out is known by every library's words, and what helps depends on the job."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from rsdl_qgis.engine.__main__ import error_fields
from rsdl_qgis.engine.errors import InputError, OutputError
from rsdl_qgis.engine.job.memory import ran_out
from rsdl_qgis.engine.runtime.network import OutOfMemory

TORCH = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to"
ERRORS = [
    MemoryError(),
    RuntimeError(f"{TORCH} allocate 17179869184 bytes. Error code 12 (Cannot allocate memory)"),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory: you tried to"),
    RuntimeError("std::bad_alloc"),
    Exception("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : bad allocation"),
    Exception("BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 1"),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
    ImportError("libtorch_cpu.so: failed to map segment from shared object: Cannot allocate memory"),
    Exception("CPLE_OutOfMemoryError: memory allocation failed for 10 bytes"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("operation", "words"), [("train", "batch or chip size"), ("predict", "tile or batch size"), (None, "Close other")]
)
def test_every_form_is_the_same_sentence_with_what_helps(error, operation, words):
    said = error_fields(error, operation)
    assert said["kind"] == "out_of_memory" and said["message"] == "The computer ran out of memory."
    assert words in said["hint"] and ("TILE_SIZE" in said["hint"]) == (operation == "predict")


def test_numpy_says_it_too():
    with pytest.raises(MemoryError) as caught:
        np.empty((1 << 50,), "float64")
    assert ran_out(caught.value)


@pytest.mark.parametrize(("operation", "words"), [("predict", "TILE_SIZE"), ("distil", "CHIP_SIZE")])
def test_of_a_devices_memory_too_the_hint_is_for_the_job(operation, words):
    said = error_fields(OutOfMemory("cuda:0 has too little memory.", "Use a smaller TILE_SIZE."), operation)
    assert said["kind"] == "out_of_memory" and words in said["hint"]


def test_it_is_found_behind_another_error():
    error = OutputError("It cannot be written.")
    error.__cause__ = MemoryError()
    assert ran_out(error) and not ran_out(OutputError("It cannot be written."))


@pytest.mark.parametrize("error", [InputError("out of memory.tif is not there."), ValueError("3"), OSError(2, "None")])
def test_other_errors_are_not_taken_for_it(error):
    assert not ran_out(error)
