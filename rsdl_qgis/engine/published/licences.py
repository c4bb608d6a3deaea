"""What is said of published weights: whose they are, their licence, and what they were trained on."""

from __future__ import annotations

IMAGENET = (
    "torchvision (BSD-3-Clause). Trained on ImageNet-1K, whose images are for non-commercial research and education; "
    "whether that binds the weights is for their user to decide."
)
COCO = (
    "torchvision (BSD-3-Clause). Trained on COCO 2017, annotations under CC BY 4.0 and images under Flickr's terms, "
    "from a backbone trained on ImageNet-1K, whose images are for non-commercial research and education."
)

LITE = (
    "EfficientNet-Lite0 (Apache-2.0, Copyright 2020 ML Illustrated). Trained on ImageNet-1K, whose images are for "
    "non-commercial research and education; whether that binds the weights is for their user to decide."
)

SSL4EO = (
    "SSL4EO-S12 (CC BY 4.0; Wang, Ait Ali Braham, Xiong, Liu, Albrecht, Zhu 2023, doi:10.1109/MGRS.2023.3281651). "
    "Trained on Sentinel-1 and Sentinel-2 of 2020 and 2021, Copernicus terms."
)
SATLAS = (
    "SatlasPretrain (weights under ODC-BY; Bastani, Wolters, Gupta, Ferdinando, Kembhavi 2023, arXiv:2211.15660). "
    "Trained on Sentinel-2 and labels of several sources."
)
PRITHVI = (
    "Prithvi-EO (Apache-2.0; IBM and NASA; Jakubik et al. 2023, arXiv:2310.18660, Szwarcman et al. 2024, "
    "arXiv:2412.02732). Trained on Harmonized Landsat and Sentinel-2 (NASA)."
)
DOFA = (
    "DOFA (CC BY 4.0; Xiong et al. 2024, arXiv:2403.15356). Trained on SatlasPretrain, Five-Billion-Pixels and "
    "HySpecNet."
)
CLAY = (
    "Clay v1.5 (Apache-2.0; Clay Foundation 2024, doi:10.57967/hf/1537). Trained on Sentinel-1, Sentinel-2, Landsat, "
    "MODIS, NAIP and LINZ."
)
TERRAMIND = (
    "TerraMind 1.0 (Apache-2.0; IBM and ESA; Jakubik et al. 2025, arXiv:2504.11171). Trained on TerraMesh: Sentinel-1, "
    "Sentinel-2 (Copernicus terms), and what was made of them."
)
DINOV3 = "DINOv3 (DINOv3 License, Meta; Siméoni et al. 2025, arXiv:2508.10104)."
EARTH = "MIT, Copyright (c) 2024 Presto Authors). Trained on Sentinel-1, Sentinel-2, ERA5, SRTM and Dynamic World."
