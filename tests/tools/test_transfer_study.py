"""The study of starts: same tiles and settings for each, kept as they are made, and told with their spread."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks import transfer
from rsdl_qgis.engine.chips.folder import read_chips
from rsdl_qgis.engine.training.request import TrainRequest

from . import data_sets


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The jobs that the study asks for; each answer is better with a later seed, and with a start."""
    data_sets.forest(tmp_path / "data")
    jobs = []

    def run_job(operation, arguments, file):
        jobs.append((operation, arguments, [c.name for c in read_chips(arguments["chips"]).chips if c.split != "test"]))
        score = 0.7 + 0.1 * arguments["seed"] + (0.05 if "base_model" in arguments else 0)
        return {"figures": {"mean IoU": score, "overall accuracy": 0.9, "kappa": 0.1}, "best_epoch": 2}

    monkeypatch.setattr(transfer, "run_job", run_job)
    return jobs


def study(monkeypatch, tmp_path, *more):
    results = tmp_path / "runs.json"
    words = [str(tmp_path / "data"), "--results", str(results), "--tiles", "10", "--epochs", "3", *more]
    monkeypatch.setattr(sys, "argv", ["transfer", *words])
    transfer.main()
    return json.loads(results.read_text())


def test_starts_differ_in_nothing_else(asked, monkeypatch, tmp_path, capsys):
    runs = study(monkeypatch, tmp_path, "--seeds", "2")
    assert [(run["seed"], run["start"]) for run in runs] == [(s, start) for s in (0, 1) for start in transfer.STARTS]
    for seed in (0, 1):
        (first, *others) = [job for job in asked if job[1]["seed"] == seed]
        differ = ("base_model", "chips", "output")
        plain = {key: value for key, value in first[1].items() if key not in differ}
        for operation, arguments, tiles in others:
            assert operation == "train" and tiles == first[2] and len(tiles) == 10
            assert {key: value for key, value in arguments.items() if key not in differ} == plain
            assert "base_model" in arguments and "base_model" not in first[1]
    assert asked[0][2] != asked[-1][2]  # another seed, other tiles
    table = capsys.readouterr().out.splitlines()[-4:]
    assert "| flood-s2-after | 0.8000 ± 0.0707 | 0.7500 to 0.8500 | +0.0500 ± 0.0000 | 0.9000 ± 0.0000 |" in table


def test_runs_that_are_there_are_not_made_again(asked, monkeypatch, tmp_path):
    first = study(monkeypatch, tmp_path, "--seeds", "1", "--starts", "scratch")
    assert len(asked) == 1
    runs = study(monkeypatch, tmp_path, "--seeds", "2", "--starts", "scratch")
    assert len(asked) == 2 and runs[0] == first[0]


def test_the_settings_are_arguments_that_training_takes(tmp_path):
    request = TrainRequest.of({**transfer.SETTINGS, "output": str(tmp_path / "model")})
    assert all(getattr(request, name) is not None for name in transfer.SETTINGS)
