"""TensorFlow Lite networks (``.tflite``) as ONNX, read from their flatbuffer."""
