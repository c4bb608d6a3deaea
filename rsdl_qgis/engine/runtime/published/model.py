"""Published weights as a model folder, for as long as a job takes their features."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from ...cards.card import CARD_FILE, WEIGHTS_FILE, ModelCard
from ...cards.stac_mlm import to_item
from ...errors import ModelError
from ...feedback import Report
from ...networks import build_network
from .weights import published_weights


def write_encoder(card: ModelCard, folder: Path, report: Report) -> tuple[Path, ModelCard]:
    """Write published weights, which have the card's name, as a model folder; the folder, and the card. The last layer,
    which depends on classes, is zero.
    """
    name = card.name
    shapes = {item.name: item.shape for item in card.inputs}
    network = build_network(card.network, shapes, card.channels, **card.options)
    with torch.device("meta"):
        other = build_network(card.network, shapes, card.channels + 1, **card.options).state_dict()
    given, state = published_weights(name, report), network.state_dict()
    for key, value in state.items():
        if value.shape != other[key].shape:
            value.zero_()
        elif key not in given or given[key].shape != value.shape:
            raise ModelError(f"The weights '{name}' lack {key} of the network '{card.network}'.", "Choose others.")
        else:
            value.copy_(given[key])
    save_file({key: value.contiguous() for key, value in state.items()}, folder / WEIGHTS_FILE)
    (folder / CARD_FILE).write_text(json.dumps(to_item(card)), encoding="utf-8")
    return folder, card
