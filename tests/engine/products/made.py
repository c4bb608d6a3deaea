"""Products as agencies deliver them, small: names, metadata, and rasters of a given reflectance."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

BANDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")
PIXELS = {**dict.fromkeys(("B02", "B03", "B04", "B08"), 10), **dict.fromkeys(("B01", "B09", "B10"), 60)}
SIDE = 240  # metres
SUN = 30.0
LANDSAT = {"B02": 2, "B03": 3, "B04": 4, "B08": 5, "B11": 6, "B12": 7}  # the bands that both have


def write(path: Path, numbers: np.ndarray, pixel: float, corner=(500_000, 4_200_000), crs: str = "EPSG:32618") -> Path:
    """A GeoTIFF of one band, whatever it is called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    place = Affine(pixel, 0, corner[0], 0, -pixel, corner[1])
    about = {"width": numbers.shape[1], "height": numbers.shape[0], "count": 1, "dtype": numbers.dtype.name}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=place, **about) as file:
        file.write(numbers, 1)
    return path


def reflectance(band: str, pixel: int) -> np.ndarray:
    """(h, w): of a band, whole ten-thousandths from 0.01 on, other in each band and pixel."""
    side = SIDE // pixel
    steps = np.arange(side * side).reshape(side, side) % 97
    return (100 + 200 * BANDS.index(band) + 10 * steps) / 10_000


def sentinel2(folder: Path, level: str = "L1C", baseline: str = "02.09", **changes) -> Path:
    """A SAFE product. ``changes``: ``scl`` (h, w) at 20 m; ``without`` metadata or bands; ``offset`` of all bands;
    ``day``, yyyymmdd; ``brighter``: what is added to reflectance × 10,000, by bands, (h, w) or a number.
    """
    is_new = baseline >= "04.00"
    day = f"{changes.get('day', '20160612')}T155522"
    safe = folder / f"S2A_MSI{level}_{day}_N{baseline.replace('.', '')}_R011_T18SVG_{day}.SAFE"
    images = safe / "GRANULE" / "L1_T18SVG_A1" / "IMG_DATA"
    offset = changes.get("offset", -1000 if is_new else 0)
    for band in BANDS:
        pixel = PIXELS.get(band, 20)
        if band in changes.get("without", ()) or (band == "B10" and level == "L2A"):
            continue
        more = changes.get("brighter", {}).get(band, 0)
        numbers = np.rint(reflectance(band, pixel) * 10_000 - offset + more).astype("uint16")
        name = f"T18SVG_{day}_{band}"
        if level == "L2A":
            write(images / f"R{pixel}m" / f"{name}_{pixel}m.jp2", numbers, pixel)
            if pixel == 10:  # coarser copies, as in the product
                write(images / "R60m" / f"{name}_60m.jp2", numbers[::6, ::6].copy(), 60)
        else:
            write(images / f"{name}.jp2", numbers, pixel)
    write(images / f"T18SVG_{day}_TCI.jp2", np.zeros((24, 24), "uint8"), 10)
    if "scl" in changes:
        write(images / "R20m" / f"T18SVG_{day}_SCL_20m.jp2", changes["scl"], 20)
    if "metadata" not in changes.get("without", ()):
        (safe / f"MTD_MSI{level}.xml").write_text(changes.get("text") or metadata(level, baseline, offset, day))
    (safe / "manifest.safe").write_text("<xfdu/>")
    return safe


def metadata(level: str, baseline: str, offset: float, day: str = "20160612T155522") -> str:
    """The main metadata of a SAFE product, shortened."""
    kind, value = ("BOA", "BOA_QUANTIFICATION_VALUE") if level == "L2A" else ("RADIO", "QUANTIFICATION_VALUE")
    offsets = "".join(f'<{kind}_ADD_OFFSET band_id="{i}">{offset:g}</{kind}_ADD_OFFSET>' for i in range(13))
    return (
        f'<n1:User_Product xmlns:n1="https://psd/{level}"><n1:General_Info><Product_Info>'
        f"<PRODUCT_START_TIME>{day[:4]}-{day[4:6]}-{day[6:8]}T15:55:22.026Z</PRODUCT_START_TIME>"
        f"<PROCESSING_BASELINE>{baseline}</PROCESSING_BASELINE></Product_Info>"
        f'<Product_Image_Characteristics><{value} unit="none">10000</{value}>{offsets if offset else ""}'
        "</Product_Image_Characteristics></n1:General_Info></n1:User_Product>"
    )


def landsat(folder: Path, collection: int = 2, level: int = 1, **changes) -> Path:
    """A product of Landsat 8. ``changes``: ``quality`` (h, w) of 30 m; ``text`` of the MTL file; ``without`` bands."""
    name = f"LC08_L{level}{'TP' if level == 1 else 'SP'}_014034_20160612_20200906_0{collection}_T1"
    product = folder / name
    gain, offset = (2e-5, -0.1) if level == 1 else (2.75e-5, -0.2)
    sine = math.sin(math.radians(SUN)) if level == 1 else 1.0
    files = {n: f"{name}_{'SR_' if level == 2 else ''}B{n}.TIF" for n in range(1, 8)}
    for band, number in LANDSAT.items():
        if band not in changes.get("without", ()):
            numbers = np.rint((reflectance(band, 30) * sine - offset) / gain).astype("uint16")
            write(product / files[number], numbers, 30)
    quality = f"{name}_{'QA_PIXEL' if collection == 2 else 'BQA'}.TIF"
    if "quality" in changes:
        write(product / quality, changes["quality"], 30)
    text = changes.get("text", mtl(name, collection, level, files))
    product.mkdir(exist_ok=True)
    if text is not None:
        (product / f"{name}_MTL.txt").write_text(text)
    return product


def mtl(name: str, collection: int, level: int, files: dict[int, str]) -> str:
    """An MTL file, shortened."""
    named = [f'FILE_NAME_BAND_{n} = "{file}"' for n, file in files.items()]

    def gains(gain, offset):
        return [f"REFLECTANCE_{w}_BAND_{n} = {v}" for w, v in (("MULT", gain), ("ADD", offset)) for n in range(1, 10)]

    title = f'LANDSAT_PRODUCT_ID = "{name}"'
    image = ['SPACECRAFT_ID = "LANDSAT_8"', "DATE_ACQUIRED = 2016-06-12", f"SUN_ELEVATION = {SUN}"]
    if collection == 1:
        groups = {
            "METADATA_FILE_INFO": [title, "COLLECTION_NUMBER = 01"],
            "PRODUCT_METADATA": ['DATA_TYPE = "L1TP"', *image[:2], *named],
            "IMAGE_ATTRIBUTES": image[2:],
            "RADIOMETRIC_RESCALING": gains(2e-5, -0.1),
        }
    else:
        kind = "L2SP" if level == 2 else "L1TP"
        groups = {
            "PRODUCT_CONTENTS": [title, f'PROCESSING_LEVEL = "{kind}"', "COLLECTION_NUMBER = 02", *named],
            "IMAGE_ATTRIBUTES": image,
            **({"LEVEL2_SURFACE_REFLECTANCE_PARAMETERS": gains(2.75e-5, -0.2)} if level == 2 else {}),
            "LEVEL1_RADIOMETRIC_RESCALING": gains(2e-5, -0.1),
        }
    lines = [line for group, values in groups.items() for line in (f"GROUP = {group}", *values, f"END_GROUP = {group}")]
    return "\n".join(["GROUP = LANDSAT_METADATA_FILE", *lines, "END_GROUP = LANDSAT_METADATA_FILE", "END", ""])


def zipped(product: Path, inside: str = "") -> Path:
    """The product as a .zip, with its folder in a folder ``inside`` of it."""
    target = product.with_name(product.name + ".zip")
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(product.rglob("*")):
            if path.is_file():
                archive.write(path, f"{inside}{path.relative_to(product.parent)}")
    return target


def sentinel1(folder: Path, ipf: str = "3.40", names: str = "safe", **changes) -> Path:
    """A GRD product of Sentinel-1 with VV and VH, of ``radar_numbers``, with all the files that the agency delivers.

    ``ipf``: before 2.90 noise is of range alone; ``names``: of its files, ``safe``, ``cog`` (the images are
    cloud-optimised) or ``short``. ``changes``: ``without`` parts (``noise``, ``calibration``, ``annotation``, ``vh``,
    ``points``); ``kind`` of the product; ``level``, by which A is multiplied.
    """
    without, kind = changes.get("without", ()), changes.get("kind", "GRD")
    end = "_COG" if names == "cog" else ""
    span = "20160612T155522_20160612T155547_011678_011E0B"
    safe = folder / f"S1A_IW_{kind}{'H' if kind == 'GRD' else '_'}_1SDV_{span}_9E2C{end}.SAFE"
    for image, band in enumerate(("vv", "vh"), 1):
        if band in without:
            continue
        stem = f"s1a-iw-{kind}-{band}-{span}-{image:03}".lower().replace("_", "-")
        stem = {"safe": stem, "cog": f"{stem}-cog", "short": f"iw-{band}"}[names]
        points = () if "points" in without else radar_points()
        _measurement(safe / "measurement" / f"{stem}.tiff", radar_numbers(band), points, names == "cog")
        header = _header(band, kind)
        texts = {
            stem: _annotation(header),
            f"calibration/calibration-{stem}": _calibration(header, changes.get("level", 1)),
            f"calibration/noise-{stem}": _noise(header, ipf),
            f"rfi/rfi-{stem}": f"<rfi>{header}</rfi>",
        }
        for name, text in texts.items():
            if not any(word in name for word in without) and not ("annotation" in without and name == stem):
                _text(safe / "annotation" / f"{name}.xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')
    _text(safe / "manifest.safe", '<xfdu:XFDU xmlns:xfdu="urn:ccsds:schema:xfdu:1" version="esa/safe/sentinel-1.0"/>')
    _text(safe / "preview" / "map-overlay.kml", "<kml/>")
    _text(safe / "support" / "s1-level-1-calibration.xsd", "<schema/>")
    return safe


def radar_numbers(band: str) -> np.ndarray:
    """(60, 80): numbers of an image in the geometry of the radar, 0 at its first columns."""
    numbers = 100 + np.arange(60 * 80).reshape(60, 80) % 61 + (20 if band == "vv" else 0)
    numbers[:, :3] = 0
    return numbers.astype("uint16")


def radar_points() -> tuple:
    """Ground control points of an image that lies aslant, and is bent, near 38 N, 76 W."""
    from rasterio.control import GroundControlPoint

    return tuple(
        GroundControlPoint(
            row, col, -76 + 1e-4 * (col + 0.2 * row) + 1e-8 * col * col, 38 - 9e-5 * (row - 0.1 * col), 10.0 + row
        )
        for row in (0, 20, 40, 60)
        for col in (0, 20, 40, 60, 80)
    )


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _measurement(path: Path, numbers: np.ndarray, points: tuple, optimised: bool) -> None:
    """An image in the geometry of the radar, with its points."""
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"width": numbers.shape[1], "height": numbers.shape[0], "count": 1, "dtype": numbers.dtype.name}
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"} if optimised else {}
    placed = {"gcps": points} if points else {"transform": Affine(1, 0, 0, 0, 1, 1)}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:4326", **placed, **about, **tiles) as file:
        file.write(numbers, 1)
    if optimised:
        with rasterio.open(path, "r+") as file:
            file.build_overviews([2, 4], rasterio.enums.Resampling.average)


def _header(band: str, kind: str) -> str:
    """What every annotation of Sentinel-1 begins with."""
    return (
        f"<adsHeader><missionId>S1A</missionId><productType>{kind}</productType><polarisation>{band.upper()}"
        "</polarisation><mode>IW</mode><swath>IW</swath><startTime>2016-06-12T15:55:22.794457</startTime>"
        "<stopTime>2016-06-12T15:55:47.793373</stopTime></adsHeader>"
    )


def _annotation(header: str) -> str:
    """The annotation of an image, shortened: its pixels, and the grid that its points are of."""
    grid = "".join(
        f"<geolocationGridPoint><line>{p.row}</line><pixel>{p.col}</pixel><latitude>{p.y:.15e}</latitude>"
        f"<longitude>{p.x:.15e}</longitude><height>{p.z:.6e}</height></geolocationGridPoint>"
        for p in radar_points()
    )
    return (
        f"<product>{header}<imageAnnotation><imageInformation><pixelValue>Detected</pixelValue><outputPixels>16 bit "
        "Unsigned Integer</outputPixels><rangePixelSpacing>1.000000e+01</rangePixelSpacing><azimuthPixelSpacing>"
        "1.000000e+01</azimuthPixelSpacing><numberOfSamples>80</numberOfSamples><numberOfLines>60</numberOfLines>"
        f"</imageInformation></imageAnnotation><geolocationGrid><geolocationGridPointList>{grid}"
        "</geolocationGridPointList></geolocationGrid></product>"
    )


def _calibration(header: str, level: float) -> str:
    """A calibration annotation: A of sigma0 is (100 + line + pixel) * level; other tables stand beside it."""
    vectors = _vectors("calibrationVector", {"sigmaNought": level, "betaNought": 3, "gamma": 5, "dn": 7})
    about = "<absoluteCalibrationConstant>1.000000e+00</absoluteCalibrationConstant>"
    return f"<calibration>{header}<calibrationInformation>{about}</calibrationInformation>{vectors}</calibration>"


def _noise(header: str, ipf: str) -> str:
    """A noise annotation: 10 times (100 + line + pixel) along range, and of its right half 1 to 2 along azimuth."""
    if ipf < "2.90":
        return f"<noise>{header}{_vectors('noiseVector', {'noiseLut': 10})}</noise>"
    azimuth = (
        '<noiseAzimuthVectorList count="1"><noiseAzimuthVector><swath>IW1</swath><firstAzimuthLine>0'
        "</firstAzimuthLine><firstRangeSample>40</firstRangeSample><lastAzimuthLine>59</lastAzimuthLine>"
        '<lastRangeSample>79</lastRangeSample><line count="2">0 59</line>'
        '<noiseAzimuthLut count="2">1.000000e+00 2.000000e+00</noiseAzimuthLut></noiseAzimuthVector>'
        "</noiseAzimuthVectorList>"
    )
    return f"<noise>{header}{_vectors('noiseRangeVector', {'noiseRangeLut': 10})}{azimuth}</noise>"


def _vectors(name: str, tables: dict[str, float]) -> str:
    """Vectors of (100 + line + pixel) times a number each, at lines around the image and pixels that differ."""

    def row(tag, words):
        return f'<{tag} count="{len(words)}">{" ".join(words)}</{tag}>'

    vectors = []
    for line, pixels in ((-15, (0, 40, 79)), (0, (0, 20, 60, 79)), (30, (0, 40, 79)), (62, (0, 40, 79))):
        found = {tag: [f"{(100 + line + pixel) * level:.6e}" for pixel in pixels] for tag, level in tables.items()}
        lists = row("pixel", list(map(str, pixels))) + "".join(row(tag, words) for tag, words in found.items())
        vectors.append(f"<{name}><azimuthTime>2016-06-12T15:55:22</azimuthTime><line>{line}</line>{lists}</{name}>")
    return f'<{name}List count="{len(vectors)}">{"".join(vectors)}</{name}List>'
