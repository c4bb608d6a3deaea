"""Landsat products: metadata of Collection 1 and 2 and of before, and what is wrong with a folder."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.products.landsat_level1 import read_product

NUMBERS = range(1, 8)
NAME = "LC08_L1TP_224078_20200904_20200917_0{collection}_T1"


def mtl(
    collection: int, level: str = "L1TP", spacecraft: str = "LANDSAT_8", sun: str = "44.5", level2: bool = False
) -> str:
    """An MTL file as the USGS writes it, shortened."""
    name = NAME.format(collection=collection)
    files = [f'FILE_NAME_BAND_{n} = "{name}_B{n}.TIF"' for n in (*range(1, 12),)]
    gains = [
        f"REFLECTANCE_{what}_BAND_{n} = {value}"
        for what, value in (("MULT", "2.0000E-05"), ("ADD", "-0.100000"))
        for n in range(1, 10)
    ]
    if collection == 2:
        files += [f'FILE_NAME_QUALITY_L1_RADIOMETRIC_SATURATION = "{name}_QA_RADSAT.TIF"']
        own = ["REFLECTANCE_MULT_BAND_1 = 2.75e-05", "REFLECTANCE_ADD_BAND_1 = -0.2"]
        groups = {
            "PRODUCT_CONTENTS": [
                f'LANDSAT_PRODUCT_ID = "{name}"',
                f'PROCESSING_LEVEL = "{level}"',
                "COLLECTION_NUMBER = 02",
                *files,
            ],
            "IMAGE_ATTRIBUTES": [f'SPACECRAFT_ID = "{spacecraft}"', f"SUN_ELEVATION = {sun}"],
            **({"LEVEL2_SURFACE_REFLECTANCE_PARAMETERS": own} if level2 else {}),
            "LEVEL1_RADIOMETRIC_RESCALING": gains,
        }
        top = "LANDSAT_METADATA_FILE"
    else:
        files += [f'FILE_NAME_BAND_QUALITY = "{name}_BQA.TIF"']
        groups = {
            "METADATA_FILE_INFO": [
                f'LANDSAT_PRODUCT_ID = "{name}"',
                *(["COLLECTION_NUMBER = 01"] if collection else []),
            ],
            "PRODUCT_METADATA": [f'DATA_TYPE = "{level}"', f'SPACECRAFT_ID = "{spacecraft}"', *files],
            "IMAGE_ATTRIBUTES": ["CLOUD_COVER = 0.04", f"SUN_ELEVATION = {sun}"],
            "RADIOMETRIC_RESCALING": gains,
        }
        top = "L1_METADATA_FILE"
    lines = [f"GROUP = {top}"]
    for group, values in groups.items():
        lines += [f"  GROUP = {group}", *(f"    {line}" for line in values), f"  END_GROUP = {group}"]
    return "\n".join([*lines, f"END_GROUP = {top}", "END", ""])


@pytest.fixture
def product(tmp_path):
    def make(collection=2, text=None, quality=True, **given):
        name = NAME.format(collection=collection)
        (tmp_path / f"{name}_MTL.txt").write_text(text if text is not None else mtl(collection, **given))
        for n in range(1, 12):
            (tmp_path / f"{name}_B{n}.TIF").touch()
        if quality:
            (tmp_path / f"{name}_{'QA_RADSAT' if collection == 2 else 'BQA'}.TIF").touch()
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("collection", "ending", "bits"), [(2, "QA_RADSAT.TIF", 0b1100000), (1, "BQA.TIF", 0b1100), (0, None, 0)]
)
def test_gains_sun_and_quality_of_each_collection(product, collection, ending, bits):
    folder = product(collection)
    found = read_product(folder, NUMBERS)
    name = NAME.format(collection=collection)
    assert {n: path.name for n, path in found.bands.items()} == {n: f"{name}_B{n}.TIF" for n in NUMBERS}
    assert set(found.gains.values()) == {(2e-5, -0.1)}
    assert found.sun_elevation == 44.5
    assert (found.quality and found.quality.name) == (ending and f"{name}_{ending}")
    assert found.saturated == bits
    assert read_product(folder / f"{name}_MTL.txt", NUMBERS) == found


def test_gains_of_each_band_are_its_own(product):
    text = mtl(2).replace("REFLECTANCE_MULT_BAND_7 = 2.0000E-05", "REFLECTANCE_MULT_BAND_7 = 2.1E-05")
    found = read_product(product(text=text), NUMBERS)
    assert found.gains[7] == (2.1e-5, -0.1)
    assert found.gains[6] == (2e-5, -0.1)


def test_gains_of_level_2_are_not_taken(product):
    assert read_product(product(level2=True), NUMBERS).gains[1] == (2e-5, -0.1)


def test_renamed_files_are_found_by_their_ends(product):
    folder = product()
    for path in list(folder.iterdir()):
        if path.suffix == ".TIF":
            path.rename(folder / f"other_{path.stem.split('_T1_')[1]}.tif")
    found = read_product(folder, NUMBERS)
    assert [path.name for path in found.bands.values()] == [f"other_B{n}.tif" for n in NUMBERS]
    assert found.quality.name == "other_QA_RADSAT.tif"


def test_names_in_the_metadata_lead_nowhere_else(product, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "x.TIF"
    elsewhere.touch()
    text = mtl(2).replace(f"{NAME.format(collection=2)}_B3.TIF", str(elsewhere))
    assert read_product(product(text=text), NUMBERS).bands[3].name == f"{NAME.format(collection=2)}_B3.TIF"


def test_few_lines_without_groups_do(tmp_path):
    lines = [f"REFLECTANCE_MULT_BAND_{n} = 2E-5\nREFLECTANCE_ADD_BAND_{n} = -0.1" for n in NUMBERS]
    (tmp_path / "MTL.txt").write_text("\n".join([*lines, "SUN_ELEVATION = 50"]))
    for n in NUMBERS:
        (tmp_path / f"l8_B{n}.tif").touch()
    found = read_product(tmp_path, NUMBERS)
    assert found.bands[7] == tmp_path / "l8_B7.tif"
    assert found.quality is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"level": "L2SP"}, ["Level 2 (L2SP)", "L1TP"]),
        ({"spacecraft": "LANDSAT_7"}, ["LANDSAT_7", "Landsat-8 and -9"]),
        ({"sun": "-12.5"}, ["12.5 degrees below the horizon"]),
        ({"sun": "high"}, ["SUN_ELEVATION", "'high'"]),
        ({"text": "nothing here"}, ["no lines of the form"]),
        ({"text": mtl(2).replace("REFLECTANCE_ADD_BAND_6", "X")}, ["does not say REFLECTANCE_ADD_BAND_6"]),
        ({"text": mtl(2).replace("2.0000E-05", "-1")}, ["REFLECTANCE_MULT_BAND_1", "-1"]),
    ],
)
def test_says_what_is_wrong(product, given, words):
    with pytest.raises(InputError) as failure:
        read_product(product(**given), NUMBERS)
    assert all(word in str(failure.value) for word in words), str(failure.value)


def test_a_band_that_is_missing(product):
    folder = product()
    (folder / f"{NAME.format(collection=2)}_B5.TIF").unlink()
    with pytest.raises(InputError, match=r"band 5 .*_B5.TIF"):
        read_product(folder, NUMBERS)


def test_no_metadata_or_several(product, tmp_path):
    with pytest.raises(InputError, match=r"no MTL\.txt"):
        read_product(tmp_path, NUMBERS)
    (tmp_path / "LC08.tar").write_bytes(b"")
    with pytest.raises(InputError, match="is an archive"):
        read_product(tmp_path / "LC08.tar", NUMBERS)
    with pytest.raises(InputError, match="no folder"):
        read_product(tmp_path / "gone", NUMBERS)
    product(2)
    product(1)
    with pytest.raises(InputError, match="2 MTL files"):
        read_product(tmp_path, NUMBERS)
