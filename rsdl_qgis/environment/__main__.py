"""The command line: makes the environment, or says which Python would be used."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..engine.errors import RsdlError
from ..engine.feedback import Report
from . import ALL_STEPS, DEVICES, check, find_python, setup

HELP = (
    "train adds PyTorch; tensorflow and tflite are environments of their own, to import SavedModels and to export to "
    "TensorFlow Lite (default: predict)"
)


class Terminal(Report):
    """Prints what happens."""

    def log(self, level: str, message: str) -> None:
        print(message if level == "info" else f"{level}: {message}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="rsdl_qgis.environment", description="The worker's Python environment.")
    parser.add_argument("--setup", action="store_true", help="make or repair it; else say which Python is used")
    parser.add_argument("--step", choices=ALL_STEPS, default="predict", help=HELP)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="libraries for CUDA or not (default: auto)")
    parser.add_argument("--anew", action="store_true", help="make it again even if it is sound")
    parser.add_argument(
        "--wheels", metavar="DIR", help="install from this bundle or folder of wheels, without the network"
    )
    parser.add_argument("--bundle", metavar="DIR", help="also write all that another computer of this kind needs")
    parser.add_argument("--index-url", metavar="URL", default="", help="a package index of your own")
    parser.add_argument("--folder", metavar="DIR", type=Path, help="where to make it (default: the user's data folder)")
    options = parser.parse_args(arguments)
    try:
        if options.setup:
            python = setup(
                Terminal(),
                options.step,
                options.device,
                wheels=options.wheels,
                bundle=options.bundle,
                index_url=options.index_url,
                folder=options.folder,
                anew=options.anew,
            )
            print(python)
        else:
            found = find_python()
            print(found.path, found.source, check(found.path), sep="\n")
    except RsdlError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
