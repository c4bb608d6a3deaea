"""U-Net: the sizes of its rows in the table."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.networks import SEGMENTATION, build_network


@pytest.mark.parametrize(
    ("name", "bands", "filters", "parameters"),
    [
        ("unet", 3, 64, 31_037_698),
        ("unet-10c", 10, 64, 31_041_730),
        ("unet-3c", 3, 64, 31_037_698),
        ("unet-light", 3, 16, 1_942_594),
    ],
)
def test_the_sizes_of_the_paper_and_of_the_active_fire_study(name, bands, filters, parameters):
    """At the first level 64 filters, or 16 in the light form; 10 bands, or Landsat-8's 7, 6 and 2."""
    assert SEGMENTATION[name].bands == bands
    with torch.device("meta"):
        network = build_network(name, {"image": (1, bands)}, 2)
    assert network.encoder.levels[0][0].weight.shape == (filters, bands, 3, 3)
    assert [level[0].weight.shape[0] // filters for level in network.encoder.levels] == [1, 2, 4, 8, 16]
    assert sum(p.numel() for p in network.parameters()) == parameters
