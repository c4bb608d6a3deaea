"""A network of one layer, to try an engine with: y = max(x, 0) of four numbers, x and y float32 (4,)."""

TINY_NETWORK = bytes.fromhex(  # as onnx.helper makes it: one Relu, opset 17
    "08083a330a0c0a0178120179220452656c751201675a0f0a0178120a0a08080112040a020804620f0a0179120a0a08080112040a0208"
    "0442040a001011"
)
