"""A network of one layer, to try an engine with: y = max(x, 0) of four numbers, x and y float32 (4,)."""

# fmt: off
TINY_NETWORK = bytes((  # as onnx.helper makes it: one Relu, opset 17
    8, 8, 58, 51, 10, 12, 10, 1, 120, 18, 1, 121, 34, 4, 82, 101, 108, 117, 18, 1, 103, 90, 15, 10, 1,
    120, 18, 10, 10, 8, 8, 1, 18, 4, 10, 2, 8, 4, 98, 15, 10, 1, 121, 18, 10, 10, 8, 8, 1, 18,
    4, 10, 2, 8, 4, 66, 4, 10, 0, 16, 17,
))
# fmt: on
