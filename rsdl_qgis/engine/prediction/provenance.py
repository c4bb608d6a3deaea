"""How an output was made: metadata that are written into every output."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..cards.model_file import file_hashes
from ..raster.metadata import gdal_version
from ..runs.record import noted, run_of
from ..runtime.choice.settle import named_choice
from ..runtime.devices import named_device
from .work import Job, Scales, Work


def provenance(job: Job[Any], scaling: Scales, work: Work[Any]) -> dict[str, str]:
    """The metadata of all outputs of a job: its run (see ``runs.record``), and how the rasters were read."""
    request, card = job.request, job.card
    choice = named_choice(card, job.path, request.device, job.choice)
    run = run_of(
        request.operation,
        request.asked,
        model={"name": card.name, "title": card.title, "sha256": file_hashes(card, job.path)},
        engine=choice.engine,
        device=named_device(choice.device),
        cut=dict(work.cut if work.plan is None else vars(work.plan)),
        libraries={"gdal": gdal_version()},
    )
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
        **noted(run),
        "RSDL_VERSION": run["version"],
        "RSDL_MODEL": card.name,
        "RSDL_SCALING": json.dumps(stretch),
        **({"RSDL_NORMALIZATION": json.dumps(normalized)} if normalized else {}),
        **({"RSDL_VALUE_RANGE": json.dumps(card.value_range)} if card.value_range else {}),
        "RSDL_TIME": run["time"],
        **work.notes,
    }
