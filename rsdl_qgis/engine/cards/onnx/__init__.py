"""What an ONNX file says of itself, without ONNX Runtime. Standard library only."""
