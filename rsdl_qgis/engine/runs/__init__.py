"""How results are made: the run of a job is written into every raster and vector layer that it makes, and read from
there to make it again. Standard library only.
"""

RUN = "RSDL_RUN"  # metadata of a result: its run, as JSON
RESULT = "RSDL_RESULT"  # metadata of a result: the argument of the job that names it
FORMAT = 1  # of runs; others are not read
