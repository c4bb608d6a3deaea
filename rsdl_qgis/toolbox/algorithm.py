"""What all algorithms of the plugin share."""

from __future__ import annotations

from qgis.core import QgsProcessingAlgorithm, QgsProcessingException
from qgis.PyQt.QtGui import QIcon

from ..engine.errors import RsdlError
from ..paths import PACKAGE
from .idle import idle
from .parameters import in_words, is_null
from .text import tr
from .worker.outputs import names_problem, outputs_problem, unopened_problem
from .worker.readable import inputs_readable

GROUPS = {
    "predict": lambda: tr("Predict"),
    "train": lambda: tr("Train"),
    "assess": lambda: tr("Assess"),
    "models": lambda: tr("Models"),
    "environment": lambda: tr("Environment"),
}


class RsdlAlgorithm(QgsProcessingAlgorithm):
    """An algorithm. A child gives ``NAME``, ``GROUP``, ``title()``, ``help()`` and, if need be, ``problem()``."""

    NAME = ""
    GROUP = ""

    def title(self) -> str:
        """The translated title, which dialogs show."""
        raise NotImplementedError

    def help(self) -> str:
        """What it does, in a few sentences."""
        raise NotImplementedError

    def problem(self, parameters, context) -> str:
        """What is wrong with the parameters and what to do, in a sentence; '' if nothing. May raise RsdlError."""
        return ""

    def name(self):
        return self.NAME

    def displayName(self):
        return self.title()

    def group(self):
        return GROUPS[self.GROUP]()

    def groupId(self):
        return self.GROUP

    def shortHelpString(self):
        return self.help()

    def icon(self):
        return QIcon(str(PACKAGE / "icons" / "rsdl.svg"))

    def svgIconPath(self):
        return str(PACKAGE / "icons" / "rsdl.svg")

    def createInstance(self):
        return type(self)()

    def parameterAsVectorLayer(self, parameters, name, context):
        return super().parameterAsVectorLayer(inputs_readable(self, parameters), name, context)

    def parameterAsLayerList(self, parameters, name, context, *flags):
        return super().parameterAsLayerList(inputs_readable(self, parameters), name, context, *flags)

    def parameterAsSource(self, parameters, name, context):
        return super().parameterAsSource(inputs_readable(self, parameters), name, context)

    def parameterAsString(self, parameters, name, context):
        return super().parameterAsString(in_words(self, parameters), name, context)

    def parameterAsEnumString(self, parameters, name, context):
        return super().parameterAsEnumString(in_words(self, parameters), name, context)

    def parameterAsEnumStrings(self, parameters, name, context):
        return super().parameterAsEnumStrings(in_words(self, parameters), name, context)

    def checkParameterValues(self, parameters, context):
        parameters = in_words(self, inputs_readable(self, parameters))
        parameters = {name: value for name, value in parameters.items() if not is_null(value)}
        sound, text = super().checkParameterValues(parameters, context)
        if not sound:
            return sound, text
        try:
            text = names_problem(self, parameters, context) or unopened_problem(self, parameters, context)
            text = text or self.problem(parameters, context) or outputs_problem(self, parameters, context)
        except (RsdlError, ValueError) as error:
            text = str(error)
        return not text, text

    def refuse(self, parameters, context, feedback) -> None:
        """QgsProcessingException if ``problem`` finds one: for callers that did not check first, such as
        models. What was given without effect is told.
        """
        sound, text = self.checkParameterValues(parameters, context)
        if not sound:
            raise QgsProcessingException(text)
        for text in idle(self, parameters, context):
            feedback.pushWarning(text)
