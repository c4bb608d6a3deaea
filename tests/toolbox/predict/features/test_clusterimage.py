"""rsdl:clusterimage, through the real worker."""

from __future__ import annotations

import numpy as np
from qgis.core import QgsRasterLayer

KINDS = np.kron(np.array([[0, 0, 0], [0, 1, 2]]), np.ones((10, 10), int))
FEATURES = np.array([[0, 0], [9, 0], [0, 9]], float)


def test_clusters_have_colours(run, write_raster, tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.1, (2, 20, 30))
    source = write_raster(tmp_path / "features.tif", [*(FEATURES[KINDS].transpose(2, 0, 1) + noise)])
    results, _ = run("clusterimage", {"INPUT": source, "CLUSTERS": 3, "OUTPUT": str(tmp_path / "c.tif")})
    layer = QgsRasterLayer(results["OUTPUT"], "c")
    block = layer.dataProvider().block(1, layer.extent(), 30, 20)
    found = np.array([[block.value(row, column) for column in range(30)] for row in range(20)])
    assert len(set(zip(KINDS.ravel(), found.ravel()))) == 3 and (found[KINDS == 0] == 1).all()
    layer.loadNamedStyle(str(tmp_path / "c.qml"))
    assert [item.label for item in layer.renderer().classes()] == ["cluster 1", "cluster 2", "cluster 3"]
