"""What a ``saved_model.pb`` calls, read without TensorFlow: the names of its operations.

Fields of TensorFlow's protocol buffers (saved_model.proto, meta_graph.proto, graph.proto, function.proto).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ...cards.onnx.header import TooLarge, fields
from ...errors import ModelError
from ...files.text import shortened

LARGEST_GRAPH = 512 << 20  # bytes of saved_model.pb
MOST_OPERATIONS = 2_000_000
# Operations that run a program of the file, or read and write what they name. SaveV2 and RestoreV2 are in every
# SavedModel, for its variables; they are never run here.
FORBIDDEN = re.compile(
    r".*PyFunc|.*(Read|Write|Matching)\w*File|MatchingFiles|.*FileSystem\w*|.*Reader(V2)?|.*Writer"
    r"|.*Dataset\w*|Print(V2)?|Debug\w*|.*Summary\w*|.*Rpc\w*|.*Service\w*|.*Server\w*|.*HostCompute\w*"
    r"|InitializeTableFromTextFile(V2)?|GcsConfigure\w*|RemoteCall|RemoteFusedGraphExecute"
)
COMPILED = "XlaCallModule"  # a program of XLA, which nothing else runs
HARMLESS = re.compile(r"MergeSummary|ScalarSummary|HistogramSummary|TensorSummary(V2)?")  # which only compute


def check_contents(path: Path) -> None:
    """ModelError where a ``saved_model.pb`` calls what is more than arithmetic, or cannot be read."""
    if path.stat().st_size > LARGEST_GRAPH:
        raise ModelError(f"{path.name} has more than {LARGEST_GRAPH >> 20} MB.", "Use a smaller model.")
    try:
        with path.open("rb") as stream:
            names = set(operations(stream, path.stat().st_size))
    except (ValueError, IndexError, TooLarge) as error:
        text = f"{path} is no SavedModel, or is damaged ({shortened(str(error))})."
        raise ModelError(text, "Get the model again.") from None
    if not names:
        raise ModelError(f"{path} holds no operation.", "Get the model again.")
    if COMPILED in names:
        text = f"The SavedModel holds a program compiled for XLA ({COMPILED}), as jax2tf writes it, not a graph."
        raise ModelError(text, "Export the network from JAX to ONNX (jax2onnx), and import that.")
    for name in sorted(names):
        if FORBIDDEN.fullmatch(name) and not HARMLESS.fullmatch(name):
            raise ModelError(
                f"The SavedModel calls {shortened(name)}, which is not arithmetic. It is not run.",
                "Export the network itself, without what reads or writes files or runs Python.",
            )


def operations(stream: BinaryIO, size: int) -> Iterator[str]:
    """The name of the operation of each node: of the graphs, and of their functions."""
    for meta in _within(stream, (0, size), 2):  # SavedModel.meta_graphs
        for graph in _within(stream, meta, 2):  # MetaGraphDef.graph_def
            yield from _nodes(stream, graph, 1)  # GraphDef.node
            for library in _within(stream, graph, 2):  # GraphDef.library
                for function in _within(stream, library, 1):  # FunctionDefLibrary.function
                    yield from _nodes(stream, function, 3)  # FunctionDef.node_def


def _nodes(stream: BinaryIO, place: tuple[int, int], field: int) -> Iterator[str]:
    for node in _within(stream, place, field):
        for start, end in _within(stream, node, 2):  # NodeDef.op
            stream.seek(start)
            yield stream.read(min(end - start, 1000)).decode("utf-8", "replace")


def _within(stream: BinaryIO, place: tuple[int, int], field: int) -> Iterator[tuple[int, int]]:
    """(first byte, end) of each message in a field of a message."""
    for number, start, end in fields(stream, *place, MOST_OPERATIONS):
        if number == field:
            yield start, end
