"""What trainings tell of themselves, made up: as their reports take it."""

from __future__ import annotations

import numpy as np

CLASSES = (("other", "#d9d2c5"), ("forest", "#1b7837"), ("water", "#2c7fb8"))
PARTS = ("train", "valid", "test")


def result(task: str = "segmentation", classes=CLASSES, sources=None, part: str = "test") -> dict:
    """A training's result: of class maps, scenes or series as ``task`` says, 20 epochs, figures of ``part``."""
    random = np.random.default_rng(1)
    names = [name for name, _ in classes]
    confusion = random.integers(0, 900, (len(names), len(names))) + np.diag(random.integers(4000, 9000, len(names)))
    main = {"segmentation": "mean IoU", "change": "mean IoU"}.get(task, "macro F1")
    each = ("Precision", "Recall", "F1", "IoU") if task in ("segmentation", "change") else ("Precision", "Recall", "F1")
    figures = {main: [0.8134, 0.772, 0.851], "overall accuracy": [0.911, 0.88, 0.93], "kappa": [0.79, 0.74, 0.83]}
    return {
        "model": {
            "name": f"made-up-{task}",
            "title": f"Made-up {task}",
            "task": task,
            "network": "unet-light",
            "network_title": "U-Net light",
            "options": {"widths": [16, 32, 64, 128], "dropout": 0.1},
            "parameters": 1_943_211,
            "bytes": 15_660_544,
            "path": "/home/ana/models/made-up",
        },
        "data": {
            "chips": 420,
            "samples": {name: count for name, count in zip(PARTS, (300, 70, 50)) if name != "test" or part == "test"},
            "split": "Blocks of 2560 m, with a gap of one chip between blocks of different parts.",
            "gap_dropped": 38,
            "sources": sources if sources is not None else [source("Scene of 12 May", 21, 20)],
            "classes": [
                {"name": name, "color": color, "train": int(a), "valid": int(b), "test": int(c)}
                for (name, color), (a, b, c) in zip(classes, random.integers(2_000, 4_000_000, (len(classes), 3)))
            ],
            "unlabelled": 0.342,
            "unit": "",
        },
        "start": {
            "title": "flood-s2",
            "lines": ["Encoder: 62 of 64 tensors taken over as they are.", "First convolution: 3 of 5 bands known."],
            "loaded": 1_500_321,
            "adapted": 2_880,
            "new": 440_010,
            "frozen": 700_000,
            "trained": 1_243_211,
        },
        "epochs": [
            {
                "number": i,
                "loss": 0.25 + 0.9 * float(np.exp(-i / 5)) + 0.02 * random.random(),
                "score": 0.82 - 0.4 * float(np.exp(-i / 4)) - 0.004 * max(0, i - 13) + 0.01 * random.random(),
                "rate": 2e-3 * min(1.0, (i + 1) / 2) * 0.5 * (1 + float(np.cos(np.pi * i / 20))),
                "seconds": 31.4,
                "waited": 0.9,
            }
            for i in range(20)
        ],
        "metric": {"title": main, "best_epoch": 15, "best": 0.8191},
        "evaluation": {
            "part": part,
            "figures": figures,
            "classes": [
                {
                    "name": name,
                    "figures": {
                        title: [0.9 - 0.1 * (i % 4), 0.86 - 0.1 * (i % 4), 0.93 - 0.1 * (i % 4)] for title in each
                    },
                    "support": int(confusion[i].sum()),
                }
                for i, name in enumerate(names)
            ],
            "names": names,
            "confusion": confusion.tolist(),
        },
        "comparison": [
            {"name": "flood-s2 as it was", "figures": {main: 0.503, "overall accuracy": 0.702}},
            {"name": "always the commonest class", "figures": {main: 0.214, "overall accuracy": 0.613}},
            {
                "name": "best threshold: B8 below 0.12",
                "figures": {main: 0.44, "overall accuracy": 0.655},
                "classes": [{"IoU": 0.4321}] * len(names),
            },
        ],
        "pictures": {"worst": [], "best": []},
        "settings": {
            "epochs": 20,
            "batch_size": 8,
            "learning_rate": 0.0005,
            "loss": ["cross_entropy", "dice"],
            "augmentation": {"flips": True, "noise": 0.02},
            "class_weights": "none",
            "patience": None,
            "seed": 7,
        },
        "versions": {"rsdl_qgis": "0.2.0", "torch": "2.13.0", "numpy": "2.4.6"},
        "hashes": {"weights.safetensors": "9f" * 32, "model.onnx": "a1" * 32},
        "seconds": 712.4,
    }


def regression() -> dict:
    """Numbers a pixel: no classes, no confusion, but pairs of reference and prediction."""
    random = np.random.default_rng(2)
    made = result("regression", ())
    reference = random.gamma(4, 4, 2000)
    made["data"] |= {"classes": [], "unit": "m"}
    made["metric"] |= {"title": "R2"}
    made["evaluation"] |= {
        "figures": {
            "R2": [0.71, 0.64, 0.77],
            "RMSE": [3.41, 3.1, 3.8],
            "MAE": [2.5, 2.2, 2.8],
            "bias": [-0.31, -0.6, 0.1],
        },
        "classes": [],
        "names": [],
        "confusion": None,
        "scatter": {
            "reference": reference.tolist(),
            "predicted": (reference * 0.9 + random.normal(1.2, 2.5, 2000)).tolist(),
        },
    }
    made["comparison"] = [
        {"name": "mean of the training split", "figures": {"R2": -0.04, "RMSE": 6.9, "MAE": 5.1, "bias": 0.4}}
    ]
    return made


def multi_label() -> dict:
    """Several labels a picture: figures a label, and nothing that could be mixed up."""
    names = ["airplane", "bare soil", "buildings", "cars", "grass", "pavement", "trees", "water"]
    made = result("classification", [(name, f"#{40 + 20 * i:02x}80{200 - 20 * i:02x}") for i, name in enumerate(names)])
    made["metric"] |= {"title": "mean F1 per picture"}
    made["evaluation"]["confusion"] = None
    made["evaluation"]["figures"] = {"mean F1 per picture": [0.84, 0.81, 0.86], "mAP": [0.79, 0.75, 0.82]}
    for i, item in enumerate(made["evaluation"]["classes"]):
        item["figures"]["AP"] = [0.9 - 0.05 * i, 0.85 - 0.05 * i, 0.95 - 0.05 * i]
    made["comparison"] = [{"name": "the commonest labels", "figures": {"mean F1 per picture": 0.41, "mAP": 0.2}}]
    made["data"]["sources"] = [source("", 10, 10, bounds=False)]
    return made


def distillation() -> dict:
    """A student with its teacher."""
    made = result("segmentation")
    made["distillation"] = {
        "teacher": {
            "name": "flood-s2",
            "parameters": 7_763_041,
            "bytes": 31_100_000,
            "milliseconds": 118.4,
            "figures": {"mean IoU": 0.702, "overall accuracy": 0.91},
        },
        "student": {
            "name": "flood-small",
            "parameters": 485_817,
            "bytes": 1_960_000,
            "milliseconds": 21.7,
            "figures": {"mean IoU": 0.681, "overall accuracy": 0.902},
        },
        "kept": 0.681 / 0.702,
    }
    return made


def source(title: str, rows: int, columns: int, size: float = 640.0, crs="EPSG:32634", bounds: bool = True) -> dict:
    """Chips side by side, divided into blocks of five by five with what lies between them left out."""
    random = np.random.default_rng(rows)
    parts = random.choice(["train", "train", "train", "valid", "test"], (rows // 5 + 1, columns // 5 + 1))
    x, y = (20.0, 40.0) if crs == "EPSG:4326" else (500_000.0, 4_200_000.0)
    chips = []
    for row in range(rows):
        for column in range(columns):
            edge = row % 5 == 4 or column % 5 == 4
            left, top = x + column * size, y - row * size
            chips.append(
                {
                    "name": f"{row}-{column}",
                    "bounds": [left, top - size, left + size, top] if bounds else None,
                    "split": "" if edge else str(parts[row // 5, column // 5]),
                }
            )
    return {"title": title, "crs": crs, "chips": chips}
