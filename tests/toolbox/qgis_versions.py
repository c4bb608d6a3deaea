"""What is another in another release of QGIS."""


def result_of(results, name):
    """What a graphical model gave, by ``step:output``; newer releases call it ``output`` alone."""
    return results[name if name in results else without_step(name)]


def without_step(name):
    """The name of a model's output without its step."""
    return name.rpartition(":")[2]


def saved_batch(panel, rows):
    """What the dialog for batches saves: values as JSON since QGIS 3.40, as the text of Python's before."""
    new = hasattr(panel, "CURRENT_FORMAT")
    saved = [
        {
            "PARAMETERS": {key: value if new else repr(value) for key, value in row.items() if key != "OUTPUT"},
            "OUTPUTS": row,
        }
        for row in rows
    ]
    return {panel.FORMAT: panel.CURRENT_FORMAT, panel.ROWS: saved} if new else saved
