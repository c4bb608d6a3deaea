"""Clusters of pixels that have similar bands."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterBoolean, QgsProcessingParameterRasterDestination

from ....engine.job.arguments import OPERATIONS
from ... import parameters as shared
from ...results import styles
from ...text import tr
from .base import BandsAlgorithm

TABLE = OPERATIONS["cluster_image"]


class ClusterImage(BandsAlgorithm):
    """rsdl:clusterimage: a class raster by k-means, without labels."""

    NAME = "clusterimage"
    OPERATION = "cluster_image"

    def title(self):
        return tr("Cluster image")

    def help(self):
        return tr(
            "Divides the pixels of a raster into clusters of similar ones, without labels: features ('Embed image'), "
            "or the bands of any image. It shows what there is, and where to look before labels are drawn; what a "
            "cluster is, you say.\n\nThe clusters are found by k-means on a sample of the pixels (k-means++ starts, "
            "the best of four), then each pixel gets the number of the nearest. Bands are brought to mean 0 and "
            "standard deviation 1 first, so that none decides by its unit alone. Clusters are numbered from 1, the "
            "largest in the sample first. The same seed gives the same clusters."
        )

    def tags(self):
        return tr("k-means,kmeans,unsupervised,classification,clusters,segments,features,embedding").split(",")

    def input_text(self):
        return tr("Features from 'Embed image', or any raster of numbers.")

    def own_parameters(self):
        clusters = shared.number_of(
            TABLE["clusters"],
            "CLUSTERS",
            tr("Number of clusters"),
            tr("How many clusters, 2 to 254. Default: 8."),
            advanced=False,
        )
        samples = shared.number_of(
            TABLE["samples"],
            "SAMPLES",
            tr("Pixels in the sample"),
            tr("How many pixels, from all over the raster, the clusters are found on: 100 to 1,000,000. Default: "
               "50,000."),
        )  # fmt: skip
        seed = shared.number_of(
            TABLE["seed"],
            "SEED",
            tr("Seed"),
            tr("Of the random numbers, 0 or a larger whole number. Default: 0."),
        )
        standardize = shared.described(
            QgsProcessingParameterBoolean("STANDARDIZE", tr("Standardize bands"), True),
            tr("Yes: each band is brought to mean 0 and standard deviation 1 first. No: bands with large numbers "
               "decide more. Default: yes."),
            advanced=True,
        )  # fmt: skip
        return [clusters, samples, seed, standardize]

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterDestination("OUTPUT", tr("Clusters")),
                tr("GeoTIFF (.tif) with the number of each pixel's cluster, with names and colours; nodata is 255."),
            )
        ]

    def arguments(self, parameters, context):
        return {
            **{
                name.lower(): shared.number(self, parameters, name, context) for name in ("CLUSTERS", "SAMPLES", "SEED")
            },
            "standardize": self.parameterAsBoolean(parameters, "STANDARDIZE", context),
        }

    def looks(self, result, title):
        return {"OUTPUT": (tr("{layer}: clusters").format(layer=title), styles.in_classes(result["classes"]))}
