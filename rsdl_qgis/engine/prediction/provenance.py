"""How an output was made: metadata that are written into every output."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import numpy as np

from ...paths import plugin_version
from ..cards.card import ModelCard
from ..radiometry.scaling import Radiometry
from .request import PredictRequest


def provenance(
    request: PredictRequest,
    card: ModelCard,
    scaling: Mapping[str, Radiometry],
    tiling: Mapping[str, Any],
) -> dict[str, str]:
    """The metadata of an output: how it was made. ``tiling``: how the raster was cut."""
    stretch = {
        name: {
            "offset": np.round(r.offset, 4).tolist(),
            "gain": np.round(r.gain, 8).tolist(),
            "decibel": r.decibel,
            **({"steps": [{"name": s.name, "values": s.values.tolist()} for s in r.steps]} if r.steps else {}),
        }
        for name, r in scaling.items()
    }
    found = {name: r.normalization for name, r in scaling.items() if r.normalization}
    normalized = {name: {**vars(n), "gain": n.gain.tolist(), "offset": n.offset.tolist()} for name, n in found.items()}
    return {
        "RSDL_VERSION": plugin_version(),
        "RSDL_MODEL": card.name,
        "RSDL_MODEL_SHA256": json.dumps(dict(card.sha256)),
        "RSDL_JOB": json.dumps({"operation": request.operation, "arguments": dict(request.asked)}),
        "RSDL_SCALING": json.dumps(stretch),
        **({"RSDL_NORMALIZATION": json.dumps(normalized)} if normalized else {}),
        **({"RSDL_VALUE_RANGE": json.dumps(card.value_range)} if card.value_range else {}),
        "RSDL_TILING": json.dumps(dict(tiling)),
        "RSDL_TIME": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
