# `make demo` shows what the plugin does, `make test` checks that it does; both install what they need.

SHELL := /bin/bash
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)# the Python that QGIS uses
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PROFILE ?= default
RSDL_DATA ?= $(abspath $(wildcard ../shared/data))
DATA ?= $(RSDL_DATA)
PACKAGES := qgis python3-qgis python3-venv
WORKER := build/worker/bin/python
QGIS_PYTHON := build/qgis-venv/bin/python
LINT := build/lint/bin/python
TRANSLATIONS := $(patsubst %.ts,%.qm,$(wildcard i18n/*.ts))
PIP := -m pip install --quiet --disable-pip-version-check
QGIS ?= 3.44# the one that test-qgis tries
PYTEST := -m pytest --durations=5 $(ARGS)
BESIDE := tests/tools tests/cli tests/engine/networks# the engine's that run after QGIS's
ENGINES_HALF := $(WORKER) $(PYTEST) tests/engine $(BESIDE:%=--ignore=%)
QGIS_HALF := env RSDL_PYTHON="$(abspath $(WORKER))" QT_QPA_PLATFORM=offscreen $(QGIS_PYTHON) $(PYTEST) \
	tests --ignore=tests/engine --ignore=tests/tools --ignore=tests/cli --ignore=tests/robust
INSTRUCTION_SETS = default $(subst avx512vl,avx512,$(sort $(shell grep -m1 flags /proc/cpuinfo | grep -owE 'avx2|avx512vl')))

.PHONY: help demo test test-robust test-fuzz test-tensorflow test-tflite test-qgis lock lint scan package deploy picture i18n evaluate-flood \
	evaluate-models models calibrate transfer docs screenshots bench clean qgis
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: qgis $(TRANSLATIONS) ## a made-up flood from satellite scenes to a finished map, in demo/
	$(PYTHON) -m tools.demo

test: build/worker/ready build/qgis-venv/ready $(TRANSLATIONS) ## the engine's tests in the worker's Python, beside them those in QGIS's
	@export RSDL_DATA="$(RSDL_DATA)"; said=$$(mktemp); trap 'kill $$other 2> /dev/null; rm "$$said"' EXIT; \
	{ $(QGIS_HALF); qgis=$$?; $(WORKER) $(PYTEST) $(BESIDE); exit $$(($$? || qgis)); } > "$$said" 2>&1 & other=$$!; \
	$(ENGINES_HALF); engines=$$?; \
	wait $$other; qgis=$$?; \
	cat "$$said"; exit $$((engines || qgis))

test-robust: build/worker/ready ## trainings whose outcome is asserted, from three seeds with each of this processor's instruction sets
	@status=0; for set in $(INSTRUCTION_SETS); do echo "ATEN_CPU_CAPABILITY=$$set"; \
		ATEN_CPU_CAPABILITY=$$set $(WORKER) $(PYTEST) tests/engine -m trains --seeds 3 || status=1; done; exit $$status

test-fuzz: build/worker/ready ## jobs and models that are wrong in a thousand ways: minutes
	$(WORKER) $(PYTEST) tests/robust

test-tensorflow: build/worker/ready build/tensorflow/rsdl.json ## imports of SavedModels with TensorFlow itself (1.5 GB)
	RSDL_DATA="$(RSDL_DATA)" RSDL_TENSORFLOW="$(abspath build/tensorflow)" $(WORKER) $(PYTEST) \
		tests/engine/interop/test_saved_model.py tests/engine/importing/test_saved_models.py

test-tflite: build/worker/ready build/tflite/rsdl.json ## exports to TensorFlow Lite with LiteRT itself (1.7 GB)
	RSDL_TFLITE="$(abspath build/tflite)" $(WORKER) $(PYTEST) tests/engine/exporting/test_tflite.py

test-qgis: build/worker/ready $(TRANSLATIONS) ## QGIS's half of the tests in another QGIS (QGIS=3.40 or 3.44), as root
	RSDL_DATA="$(RSDL_DATA)" $(PYTHON) -m tools.other_qgis $(QGIS) -- --durations=5 $(ARGS)

lock: build/lock/ready ## exact versions with hashes of all that the environment installs: rsdl_qgis/requirements
	build/lock/bin/python -m tools.lock

lint: build/lint/ready ## ruff, mypy on the engine, the import border
	$(LINT) -m ruff check .
	$(LINT) -m ruff format --check .
	$(LINT) -m mypy
	$(PYTHON) -m tools.lint_imports

scan: package build/scan/ready ## what plugin repositories look for in the archive: bandit, detect-secrets
	build/scan/bin/python -m tools.scan dist/rsdl_qgis-*.zip

package: ## dist/: the zip that QGIS installs, and an archive of every model
	$(PYTHON) -m tools.package

deploy: $(TRANSLATIONS) ## link the plugin into a QGIS profile (PROFILE=default)
	$(PYTHON) -m tools.deploy --profile $(PROFILE)

picture: demo ## the README's picture, from the demo's
	$(PYTHON) -c 'from qgis.PyQt.QtGui import QImage; QImage("demo/flood.png").save("docs/images/flood.jpg", quality=85)'

i18n: ## collect the strings to translate, and compile what is translated
	$(PYTHON) -m tools.i18n

evaluate-flood: build/worker/ready ## accuracy of the flood models on OMBRIA's test scenes (DATA=folder)
	RSDL_PYTHON="$(abspath $(WORKER))" $(WORKER) -m tools.evaluate_flood $(DATA)/ombria

evaluate-models: build/worker/ready ## accuracy of the other models on their test parts (DATA=folder)
	$(WORKER) -m tools.evaluate_models $(DATA)

models: build/worker/ready ## train models from their recipes (MODELS="forest burned-area", DATA=folder): hours without a GPU
	$(WORKER) -m tools.make_models $(MODELS) --data $(DATA)

calibrate: build/worker/ready ## temperature and domain of trained models, from their data (MODELS=…, DATA=folder): minutes each
	$(WORKER) -m tools.calibrate_models $(MODELS) --data $(DATA)

transfer: build/worker/ready ## what a start is worth with 25 labelled tiles (DATA=folder)
	mkdir -p build/models
	$(WORKER) -m benchmarks.transfer $(DATA) --results build/models/transfer.json

screenshots: build/worker/ready build/qgis-venv/ready ## the dialogs that the documentation shows, in docs/images
	RSDL_SCREENSHOTS=$(abspath docs/images) RSDL_DATA="$(RSDL_DATA)" RSDL_PYTHON="$(abspath $(WORKER))" \
		QT_QPA_PLATFORM=offscreen $(QGIS_PYTHON) $(PYTEST) -k dialog tests/toolbox/test_dialog.py tests/toolbox/test_real_files.py

docs: build/worker/ready ## docs/networks.md, from the table of networks
	$(WORKER) -m tools.network_docs

bench: build/worker/ready qgis ## speed and memory
	$(WORKER) -m benchmarks.overhead
	$(WORKER) -m benchmarks.side_by_side
	$(WORKER) -m benchmarks.polygons
	$(WORKER) -m benchmarks.memory
	$(WORKER) -m benchmarks.networks
	$(PYTHON) benchmarks/provider.py

clean: ## remove everything that was made here
	$(if $(wildcard build/qgis-3.*),$(SUDO) rm -rf --one-file-system $(wildcard build/qgis-3.*))
	rm -rf build demo dist
	rm -f i18n/*.qm

qgis: # installed from Debian's packages when it is missing
	@command -v qgis_process > /dev/null && $(PYTHON) -c 'import qgis, ensurepip' 2> /dev/null || { \
		command -v apt-get > /dev/null || { echo "Install QGIS (3.22 or newer) with its Python, then try again."; exit 1; }; \
		set -e; echo "Installing QGIS"; \
		$(SUDO) apt-get update -q; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(PACKAGES); }

i18n/%.qm: i18n/%.ts
	$(PYTHON) -m tools.i18n --compile

build/worker/ready: rsdl_qgis/requirements/train-cpu.txt tools/requirements/test.txt tools/requirements/reference.txt | qgis
	$(PYTHON) -m rsdl_qgis.environment --setup --step train --device cpu --folder $(@D)
	$(WORKER) -m ensurepip > /dev/null
	$(WORKER) $(PIP) -r tools/requirements/test.txt
	$(WORKER) $(PIP) --no-deps -r tools/requirements/reference.txt
	@touch $@

build/tensorflow/rsdl.json: rsdl_qgis/requirements/tensorflow-cpu.txt | qgis
	$(PYTHON) -m rsdl_qgis.environment --setup --step tensorflow --folder $(@D)

build/tflite/rsdl.json: rsdl_qgis/requirements/tflite-cpu.txt | qgis
	$(PYTHON) -m rsdl_qgis.environment --setup --step tflite --folder $(@D)

build/qgis-venv/ready: tools/requirements/qgis-test.txt | qgis
	$(PYTHON) -m venv --clear --system-site-packages $(@D)
	$(QGIS_PYTHON) $(PIP) -r $<
	@touch $@

build/lock/ready: tools/requirements/lock.txt | qgis
	$(PYTHON) -m venv --clear $(@D)
	build/lock/bin/python $(PIP) -r $<
	@touch $@

build/scan/ready: tools/requirements/scan.txt | qgis
	$(PYTHON) -m venv --clear $(@D)
	build/scan/bin/python $(PIP) -r $<
	@touch $@

build/lint/ready: tools/requirements/lint.txt | qgis
	$(PYTHON) -m venv --clear $(@D)
	$(LINT) $(PIP) -r $<
	@touch $@
