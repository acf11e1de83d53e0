"""Import data: can my field table be used, what is doubtful in it, and undo."""

from dashboard import import_files
from dashboard.components.import_list import import_list, known_layouts
from dashboard.components.import_upload import upload_panel
from dashboard.components.import_words import imports_answer
from dashboard.components.page import page_header


def render() -> None:
    """Draw the page."""
    rows = import_files.imports()
    page_header(
        "Import data",
        imports_answer(rows),
        simulated=import_files.any_simulated(rows),
    )
    upload_panel()
    if rows:
        import_list(rows)
    known_layouts()


if __name__ == "__main__":
    render()
