"""Several scenes as one image: a folder of products or of images, several of them divided by ';', or the Items of a
STAC collection file.

Which scene counts where several lie over one another is the order: ``ORDERS``. Standard library only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..errors import InputError
from ..files.names import divided
from ..tables.orders import CLEAREST, GIVEN, NEWEST, OLDEST
from . import stac
from .files import RASTER, check_there, is_archive, is_divided
from .product import Product

PRODUCT_NAME = re.compile(r".*\.SAFE|L[COTE]0?[4-9]_\w+|L[A-Z]\d{6,}\w*", re.IGNORECASE)
MOST_SCENES = 1000
Scene = tuple[str, Product]


def scenes_in(text: str, is_one: Callable[[str], bool]) -> list[str]:
    """The texts of the scenes that a text names, in their order; [] where it names one image.

    ``is_one``: whether a path is that of a product.
    """
    if is_divided(text):
        parts = divided(text)
        return parts if any(map(is_one, parts)) else []
    if not os.path.isdir(text):
        return stac.items_in(text)
    paths = [os.path.join(text, name) for name in sorted(os.listdir(text))]
    found = [path for path in paths if _is_product(path)]
    if not found and not any(RASTER.search(path) for path in paths):  # Items beside rasters tell of these
        found = [path for path in paths if stac.is_item(path)]
    return found if len(found) > 1 else []


def read_scenes(texts: Sequence[str], title: str, read: Callable[[str], Product | None]) -> Product:
    """The product that stands for all scenes. InputError where they cannot be one image.

    Bands, sensor and quality bands are those of the first; ``scenes`` has each as it is.
    """
    if len(texts) > MOST_SCENES:
        raise InputError(f"{title} has {len(texts)} scenes, and at most {MOST_SCENES} are read.", "Choose fewer.")
    scenes: list[Scene] = []
    for text in texts:
        check_there([stac.MEMBER.sub("", text)])
        product = read(text)
        if product is None:
            raise InputError(
                f"{text} is one raster, and other parts are products.",
                "Divide products by ';', or files of one band each, and not both.",
            )
        scenes.append((text, product))
    first = scenes[0][1]
    for _, other in scenes[1:]:
        if other.sensor != first.sensor or other.level != first.level:
            names = [f"{one.title} ({one.sensor or 'sensor not known'} {one.level})".strip() for one in (first, other)]
            raise InputError(
                f"The scenes are not of one kind: {names[0]} and {names[1]}.", "Give scenes of one sensor and level."
            )
    shared = [band for band in first.bands if all(any(b.name == band.name for b in one.bands) for _, one in scenes)]
    if not shared:
        raise InputError(f"The {len(scenes)} scenes have no band that all of them have.", "Check the folder.")
    return replace(first, title=title, bands=tuple(shared), date="", scenes=tuple(scenes), notes=())


def newest(product: Product) -> tuple[Scene, ...]:
    return tuple(reversed(oldest(product))) if has_dates(product) else given(product)


def oldest(product: Product) -> tuple[Scene, ...]:
    if not has_dates(product):
        return given(product)
    unknown = next((scene.title for _, scene in product.scenes if not scene.date), None)
    if unknown is not None:
        raise InputError(f"The date of {unknown} is not known.", f"Choose another ORDER, such as {GIVEN}.")
    return tuple(sorted(product.scenes, key=lambda scene: scene[1].date))


def has_dates(product: Product) -> bool:
    """Whether any scene has one; else they come as they are given."""
    return any(scene.date for _, scene in product.scenes)


def clearest(product: Product) -> tuple[Scene, ...]:
    unknown = next((scene.title for _, scene in product.scenes if scene.cloud is None), None)
    if unknown is not None:
        raise InputError(
            f"The metadata of {unknown} do not say how cloudy it is.", f"Choose another ORDER, such as {NEWEST}."
        )
    return tuple(sorted(product.scenes, key=lambda scene: scene[1].cloud or 0.0))


def given(product: Product) -> tuple[Scene, ...]:
    return product.scenes


ORDERS: Mapping[str, Callable[[Product], tuple[Scene, ...]]] = {  # the first scene with a valid pixel counts
    NEWEST: newest,
    OLDEST: oldest,
    CLEAREST: clearest,
    GIVEN: given,
}


def places_in(scene: Product, names: Sequence[str]) -> tuple[int, ...]:
    """The numbers (from 1) of the bands of these names in a scene."""
    own = [band.name for band in scene.bands]
    return tuple(own.index(name) + 1 for name in names)


def check_one(product: Product | None) -> None:
    """InputError for a mosaic, where one scene is asked for."""
    if product is not None and product.scenes:
        raise InputError(
            f"{product.title} are {len(product.scenes)} scenes, each with a quality band of its own.",
            "Give one product at a time.",
        )


def _is_product(path: str) -> bool:
    """Whether something in a folder is a product of its own: an archive, or a folder called as one."""
    return is_archive(path) or (os.path.isdir(path) and PRODUCT_NAME.fullmatch(os.path.basename(path)) is not None)
