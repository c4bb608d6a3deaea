"""The options page, and the widgets of the algorithms' dialog."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsSettings
from qgis.gui import QgsMessageBarItem

sys.path.append("/usr/share/qgis/python/plugins")


@pytest.fixture(autouse=True)
def clean(qgis_app, tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RSDL_PYTHON", raising=False)
    QgsSettings().remove("rsdl")
    QgsApplication.processingRegistry().removeProvider("rsdl")  # that of the toolbox's tests
    yield
    QgsSettings().remove("rsdl")


def test_options_are_shown_and_kept(tmp_path):
    from rsdl_qgis.gui.options import OptionsFactory
    from rsdl_qgis.toolbox import settings

    page = OptionsFactory().createWidget(None)
    assert "Set up environment" in page.state.text()
    python = tmp_path / "python"
    python.write_text("")
    page.python.setFilePath(str(python))
    assert str(python) in page.state.text()
    page.models.setPlainText("/models/a\n\n/models/b\n")
    page.device.setEditText("cuda:1")
    page.apply()
    assert settings.worker_python().path == python
    assert settings.model_folders() == ["/models/a", "/models/b"]
    assert settings.default_device() == "cuda:1"
    again = OptionsFactory().createWidget(None)
    assert again.models.toPlainText() == "/models/a\n/models/b"
    assert again.device.currentText() == "cuda:1"


@pytest.fixture
def wrapper(monkeypatch):
    """The widget wrapper that a dialog makes for a parameter."""
    from processing.gui.wrappers import WidgetWrapperFactory

    from rsdl_qgis.gui import chooser
    from rsdl_qgis.toolbox import parameters

    models = [("flood-s2", "Floods"), ("roofs", "Roofs")]
    monkeypatch.setattr(chooser, "installed_models", lambda tasks: models)

    def wrapper(parameter):
        class AlgorithmDialog:
            pass

        return WidgetWrapperFactory.create_wrapper(parameter, AlgorithmDialog())

    wrapper.model = parameters.model("Model", "help")
    wrapper.device = parameters.device()
    return wrapper


def test_model_is_chosen_from_a_list_or_typed(wrapper):
    chooser = wrapper(wrapper.model)
    combo = chooser._combo
    assert [combo.itemData(i) for i in range(combo.count())] == ["", "flood-s2", "roofs"]
    assert chooser.widgetValue() == ""
    combo.setCurrentIndex(1)
    assert chooser.widgetValue() == "flood-s2"
    combo.setEditText("/my/model.onnx")
    assert chooser.widgetValue() == "/my/model.onnx"
    for value in ("roofs", "/other.zip", "", None):
        chooser.setWidgetValue(value, None)
        assert chooser.widgetValue() == (value or "")


def test_the_name_of_what_was_chosen_is_in_view(wrapper):
    """A title may be longer than the field: it is the title that is cut."""
    combo = wrapper(wrapper.model)._combo
    for index in (1, 2):
        combo.setCurrentIndex(index)
        assert combo.lineEdit().cursorPosition() == 0


def test_networks_of_a_task_are_listed_with_their_titles(wrapper):
    from rsdl_qgis.toolbox.train import option_table
    from rsdl_qgis.toolbox.train.options import Offer

    offer = Offer(("change", "segmentation"), "fc-siam-conc")
    network, _ = option_table.basic("network", ("NETWORK", "EPOCHS"), offer)
    combo = wrapper(network)._combo
    names = [combo.itemData(i) for i in range(combo.count())]
    assert names[:2] == ["", "fc-ef"] and "unet-light" in names and "resnet18" not in names
    assert combo.itemText(names.index("unet-light")) == "unet-light - U-Net light of the active-fire study"
    assert combo.lineEdit().placeholderText() == "fc-siam-conc"


def test_networks_to_pretrain_are_the_encoders(wrapper):
    from rsdl_qgis.engine.networks import ENCODERS
    from rsdl_qgis.toolbox.train.pretrainencoder import PretrainEncoder

    algorithm = PretrainEncoder()
    algorithm.initAlgorithm()
    combo = wrapper(algorithm.parameterDefinition("NETWORK"))._combo
    assert {combo.itemData(i) for i in range(combo.count())} == {"", *ENCODERS}


def test_losses_and_weights_are_offered_or_typed(wrapper):
    from rsdl_qgis.toolbox.train import option_table
    from rsdl_qgis.toolbox.train.options import Offer

    offer = Offer(losses=("huber", "mse"), sums=("huber+mse",), loss="huber")
    weights, loss = option_table.advanced(("LOSS", "PRETRAINED"), offer)
    chooser = wrapper(loss)
    combo = chooser._combo
    assert [combo.itemData(i) for i in range(combo.count())] == ["", "huber", "mse", "huber+mse"]
    combo.setCurrentIndex(3)
    assert chooser.widgetValue() == "huber+mse"
    chooser = wrapper(weights)
    chooser._combo.setCurrentIndex(1)
    assert chooser.widgetValue() == "imagenet"
    chooser._combo.setEditText("/my/weights.pth")
    assert chooser.widgetValue() == "/my/weights.pth"


def test_a_start_may_be_a_folder(wrapper, monkeypatch):
    from qgis.PyQt.QtWidgets import QFileDialog, QToolButton

    from rsdl_qgis.toolbox import parameters

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/my/model")
    chooser = wrapper(parameters.model("Start", "help", "", "BASE_MODEL", "none", "bases"))
    assert chooser._combo.lineEdit().placeholderText() == "none"
    chooser.widget.findChild(QToolButton).click()
    assert chooser.widgetValue() == "/my/model"


def test_device_starts_with_the_setting(wrapper):
    from rsdl_qgis.toolbox import parameters, settings

    assert wrapper(wrapper.device).widgetValue() == "auto"
    settings.save("", "", "cpu")
    chooser = wrapper(parameters.device())
    assert chooser.widgetValue() == "cpu"
    chooser._combo.setEditText("cuda:3")
    assert chooser.widgetValue() == "cuda:3"


def test_installed_models_by_task(tmp_path, monkeypatch):
    from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard
    from rsdl_qgis.gui import chooser
    from rsdl_qgis.toolbox import settings

    def card(name, task):
        return ModelCard(name, name.title(), (Input("i", (Band("b"),)),), (Class(0, "c", "#000000"),), task=task)

    class Store:
        def list(self):
            return [(n, Path(n), card(n, t)) for n, t in (("a", "segmentation"), ("b", "detection"))]

    monkeypatch.setattr(settings, "store", Store)
    assert chooser.installed_models("segmentation") == [("a", "A")]
    assert chooser.installed_models() == [("a", "A"), ("b", "B")]


def test_models_that_cannot_be_used_are_told_and_cannot_be_chosen(tmp_path, wrapper):
    from rsdl_qgis.toolbox import parameters

    bad = tmp_path / "home" / "models" / "bad"
    bad.mkdir(parents=True)
    (bad / "model.json").write_text("{")
    combo = wrapper(parameters.model("Model", "help", "segmentation"))._combo
    texts = [combo.itemText(i) for i in range(combo.count())]
    assert texts[:3] == ["", "flood-s2 - Floods", "roofs - Roofs"] and str(bad) in texts[3] and len(texts) == 4
    assert combo.model().item(1).isEnabled() and not combo.model().item(3).isEnabled()


def test_titles_of_models_are_no_markup(monkeypatch, wrapper):
    from qgis.PyQt.QtCore import Qt

    from rsdl_qgis.gui import chooser
    from rsdl_qgis.toolbox import parameters

    monkeypatch.setattr(chooser, "installed_models", lambda tasks: [("a", "<img src=x> & co")])
    combo = wrapper(parameters.model("Model", "help", "segmentation"))._combo
    assert combo.itemData(1, Qt.ItemDataRole.ToolTipRole) == "&lt;img src=x&gt; &amp; co"


class Bar:
    """QGIS's message bar, which keeps its messages."""

    def __init__(self):
        self.items = []

    def createMessage(self, title, text):
        return QgsMessageBarItem(title, text)

    def pushWidget(self, item, level):
        self.items.append(item)

    def popWidget(self, item):
        self.items.remove(item)


@pytest.fixture
def bar(qgis_iface, monkeypatch):
    bar = Bar()
    monkeypatch.setattr(qgis_iface, "messageBar", lambda: bar)
    monkeypatch.setattr(qgis_iface, "registerOptionsWidgetFactory", lambda page: None, raising=False)
    monkeypatch.setattr(qgis_iface, "unregisterOptionsWidgetFactory", lambda page: None, raising=False)
    return bar


def test_the_first_start_offers_to_set_up(qgis_iface, bar, monkeypatch):
    from qgis.PyQt.QtWidgets import QPushButton

    from rsdl_qgis import classFactory
    from rsdl_qgis.gui import first_run

    opened = []
    monkeypatch.setattr(first_run, "open_setup", lambda: opened.append(True))
    plugin = classFactory(qgis_iface)
    plugin.initGui()
    (item,) = bar.items
    assert "not set up yet" in item.text()
    item.findChild(QPushButton).click()
    assert opened == [True] and bar.items == []
    plugin._offer = None
    plugin.unload()


def test_nothing_is_offered_where_there_is_an_environment(qgis_iface, bar, monkeypatch):
    from rsdl_qgis.gui.first_run import offer_setup

    monkeypatch.setenv("RSDL_PYTHON", sys.executable)
    assert offer_setup(qgis_iface) is None and bar.items == []


def test_the_offer_goes_with_the_plugin(qgis_iface, bar):
    from rsdl_qgis import classFactory

    plugin = classFactory(qgis_iface)
    plugin.initGui()
    assert bar.items
    plugin.unload()
    assert bar.items == []


def test_plugin_goes_on_and_off(qgis_iface):
    from rsdl_qgis import classFactory

    pages = []
    qgis_iface.registerOptionsWidgetFactory = pages.append
    qgis_iface.unregisterOptionsWidgetFactory = pages.remove
    plugin = classFactory(qgis_iface)
    plugin.initGui()
    registry = QgsApplication.processingRegistry()
    assert registry.providerById("rsdl") is not None
    assert len(pages) == 1
    plugin.unload()
    assert registry.providerById("rsdl") is None
    assert pages == []


def test_a_product_is_typed_or_put_together_of_layers(wrapper, qgis_app, tmp_path, monkeypatch):
    from osgeo import gdal
    from qgis.core import QgsProject, QgsRasterLayer

    from rsdl_qgis.gui import product_chooser
    from rsdl_qgis.toolbox.predict.burnedarea import BurnedArea

    algorithm = BurnedArea()
    algorithm.initAlgorithm()
    chooser = wrapper(algorithm.parameterDefinition("AFTER_PRODUCT"))
    assert chooser.widgetValue() == ""
    for value in ("/a/S2A.SAFE", "a.tif;b.tif", "", None):
        chooser.setWidgetValue(value, None)
        assert chooser.widgetValue() == (value or "")
    paths = [str(tmp_path / name) for name in ("red.tif", "nir.tif")]
    for path in paths:
        gdal.GetDriverByName("GTiff").Create(path, 4, 4).FlushCache()
    layers = [QgsRasterLayer(path, name) for path, name in zip(paths, ("red", "nir"))]
    group = QgsProject.instance().layerTreeRoot().addGroup("scene")
    for layer in layers:
        QgsProject.instance().addMapLayer(layer, False)
        group.addLayer(layer)
    assert product_chooser.layer_groups() == {"scene": paths}
    dialog = product_chooser.LayersDialog()
    dialog.list.selectAll()
    assert dialog.sources() == [paths[1], paths[0]]  # by their names
    monkeypatch.setattr(product_chooser.LayersDialog, "exec", lambda self: self.list.selectAll() or True)
    chooser.wrappedWidget()
    chooser._choose_layers()
    assert chooser.widgetValue() == f"{paths[1]};{paths[0]}"
    QgsProject.instance().clear()


def test_a_model_to_import_may_be_a_file_or_a_folder(wrapper, tmp_path, monkeypatch):
    from rsdl_qgis.gui import path_chooser
    from rsdl_qgis.toolbox.importmodel import ImportModel

    algorithm = ImportModel()
    algorithm.initAlgorithm()
    chooser = wrapper(algorithm.parameterDefinition("INPUT"))
    chooser.wrappedWidget()
    dialogs = path_chooser.QFileDialog
    monkeypatch.setattr(dialogs, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr(dialogs, "getOpenFileName", lambda *_: (str(tmp_path / "net.onnx"), ""))
    chooser._choose_folder()
    assert chooser.widgetValue() == str(tmp_path)
    chooser._choose_file()
    assert chooser.widgetValue() == str(tmp_path / "net.onnx")
