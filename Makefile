# Everything runs in .venv, which the first command makes. PYTHON=/path/to/python chooses the interpreter.
PYTHON ?=
VENV_PYTHON := .venv/bin/python
# The stamp holds the folder it was made for: a checkout that was moved or copied sets itself up again.
override STAMP := .venv/ready
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
SETUP := setup
endif

# Behind a proxy only the system knows the certificates; uv's own serve where the system has none. Older uv: NATIVE_TLS.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= 1
export UV_NATIVE_TLS ?= 1
endif

.DEFAULT_GOAL := help
.PHONY: help lab run site test bench lite notebooks clean setup

help:
	@echo "make lab        set up, then open JupyterLab on your own copies, in my-notebooks/"
	@echo "make run        set up, then run every notebook and write HTML copies to build/"
	@echo "make site       set up, then write the course as web pages with live sliders to build/site/"
	@echo "make test       set up, then run every check that CI runs"
	@echo "make bench      set up, then time the library against hand-written NumPy and its peers"
	@echo "make lite       set up, then build a site in which the notebooks run in the browser"
	@echo "make notebooks  set up, then run every notebook and store its outputs in place"
	@echo "make clean      remove what these commands made"
	@echo "PYTHON=/path/to/python chooses the Python that .venv is made from."

lab: $(STAMP)
	@$(VENV_PYTHON) -m lecture_lib lab

run: $(STAMP)
	@$(VENV_PYTHON) -m lecture_lib run

site: $(STAMP)
	@$(VENV_PYTHON) -m lecture_lib site

test: $(STAMP)
	@$(VENV_PYTHON) -m lecture_lib test

bench: $(STAMP)
	@$(VENV_PYTHON) -c 'import autograd, mygrad' 2>/dev/null \
		|| $(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[bench]' -c constraints.txt
	@$(VENV_PYTHON) benchmarks/run.py

lite: $(STAMP)
	@$(VENV_PYTHON) -c 'import jupyterlite_core, jupyterlite_pyodide_kernel' 2>/dev/null \
		|| $(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[lite]' -c constraints.txt
	@$(VENV_PYTHON) -m lecture_lib lite

notebooks: $(STAMP)
	@$(VENV_PYTHON) -m lecture_lib notebooks

clean:
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage htmlcov
	find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

setup:

# A .venv that works is kept. Debian's Python comes without ensurepip, so its absence has a line of its own.
$(STAMP): pyproject.toml constraints.txt $(SETUP)
	@set -e; rm -f $(STAMP); \
	uv=; if uv --version >/dev/null 2>&1; then uv=yes; fi; \
	usable() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	equipped() { test -n "$$uv" || "$$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }; \
	if ! { usable $(VENV_PYTHON) && { test -n "$$uv" || $(VENV_PYTHON) -m pip --version >/dev/null 2>&1; }; }; then \
		found=; bare=; \
		for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python); do \
			usable "$$python" || continue; \
			if equipped "$$python"; then found=$$python; break; fi; \
			bare=$${bare:-$$python}; \
		done; \
		if test -z "$$found" && test -n "$$bare"; then \
			echo "$$bare has no venv module: install it (Debian, Ubuntu: apt install python3-venv), or install uv." >&2; exit 1; \
		elif test -z "$$found"; then \
			echo "$(or $(PYTHON),python3) is missing or older than 3.11: install Python 3.11 or later (Debian, Ubuntu: apt install python3 python3-venv)." >&2; exit 1; \
		fi; \
		rm -rf .venv; \
		echo "Setting up .venv with $$("$$found" --version). This happens once and takes about a minute."; \
		if test -n "$$uv"; then uv venv --quiet --python "$$found" .venv; else "$$found" -m venv .venv; fi; \
	else \
		echo "Bringing .venv up to date."; \
	fi; \
	if test -n "$$uv"; then \
		uv pip install --quiet --python $(VENV_PYTHON) -e '.[course,test]' -c constraints.txt; \
	else \
		$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[course,test]' -c constraints.txt; \
	fi; \
	echo "$(CURDIR)" > $(STAMP)
