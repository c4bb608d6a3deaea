"""Reading the metadata and the graph of an ONNX file without ONNX Runtime. Standard library only."""
