"""U-Net: the sizes of its rows in the table."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import NETWORKS, build_network


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
    with torch.device("meta"):
        network = build_network(name, {"image": (1, bands)}, 2)
    assert network.encoder.levels[0][0].weight.shape == (filters, bands, 3, 3)
    assert [level[0].weight.shape[0] // filters for level in network.encoder.levels] == [1, 2, 4, 8, 16]
    assert sum(p.numel() for p in network.parameters()) == parameters


@pytest.mark.parametrize("alias", ["unet-3c", "unet-10c"])
def test_an_alias_is_found_and_not_listed(alias):
    assert alias in NETWORKS and NETWORKS[alias] is NETWORKS.get(alias) is NETWORKS["unet"]
    assert alias not in list(NETWORKS)
    with torch.device("meta"):
        networks = [build_network(name, {"image": (1, 10)}, 2, widths=(4, 8)) for name in (alias, "unet")]
    first, second = ({key: value.shape for key, value in network.state_dict().items()} for network in networks)
    assert first == second
    with pytest.raises(ModelError, match="no network 'unet-4c'"):
        build_network("unet-4c", {"image": (1, 4)}, 2)
    assert "unet-4c" not in NETWORKS and NETWORKS.get("unet-4c") is None
