"""Job bundles: a job in a ``.zip`` with its model and, if wanted, its data, to be run on another computer.

A bundle holds ``job.json``, ``bundle.json`` (what is in it, with SHA-256, and what it reads from elsewhere),
``requirements.txt`` (versions of the libraries), ``models/`` and ``inputs/``. Paths in the job and in virtual rasters
begin with ``BUNDLE`` where they lead into the bundle, and with ``OUTPUT`` where a result has no place of its own.
Standard library only.
"""

BUNDLE, OUTPUT = "${BUNDLE}", "${OUTPUT}"
JOB_FILE, MANIFEST, REQUIREMENTS = "job.json", "bundle.json", "requirements.txt"
FORMAT = 1  # of bundles; others are not read
ENDS = 1 << 20  # bytes at the beginning and at the end of a file by which it is known again
