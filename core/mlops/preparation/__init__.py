"""From a foreign set of pictures to one that may be trained on, with a report.

Reads a folder a class, COCO, YOLO or our own ``boxes.csv``; checks every picture and
label; keeps scenes together when it splits; writes ``raw`` and ``processed``. Nothing
here imports TensorFlow.
"""

from core.mlops.preparation.labels import LabelMap, read_label_map
from core.mlops.preparation.layouts import LAYOUTS, recognise
from core.mlops.preparation.prepare import Options, Prepared, prepare
from core.mlops.preparation.report import report_html, report_json, report_markdown
from core.mlops.preparation.write import undo

__all__ = [
    "LAYOUTS",
    "LabelMap",
    "Options",
    "Prepared",
    "prepare",
    "read_label_map",
    "recognise",
    "report_html",
    "report_json",
    "report_markdown",
    "undo",
]
