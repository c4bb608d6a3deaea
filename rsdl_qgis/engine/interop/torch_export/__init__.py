"""Networks saved by ``torch.export`` (``.pt2``) as ONNX: their graph is read as JSON, and nothing of it is run."""
