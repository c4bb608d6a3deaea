"""What a training job asks for."""

from __future__ import annotations

from rsdl_qgis.engine.training.request import fingerprint


def test_a_copied_layer_is_known_by_its_key():
    """A layer that QGIS copies for the worker lies elsewhere each time, and the training goes on all the same."""

    def asked(path="/tmp/1.tif", key="a", mask_key="m", **more):
        source = {"title": "s", "inputs": {"image": [{"path": path, "bands": [1], "key": key}]}}
        labels = [{"path": f"{path}.gpkg", "vector": True, "key": key}]
        arguments = {"task": "segmentation", "sources": [source], "labels": labels, "mask": path, "mask_key": mask_key}
        return fingerprint({**arguments, **more})

    assert asked() == asked(path="/tmp/2.tif") == asked(output="elsewhere")
    assert len({asked(), asked(key="b"), asked(mask_key="n"), asked(seed=1)}) == 4


def test_a_file_is_known_by_its_path():
    one, other = ({"mask": path, "labels": [{"path": path}]} for path in ("/a.tif", "/b.tif"))
    assert fingerprint(one) != fingerprint(other)
