"""The server: the dashboard, the tiles of its maps, and uploads that go to disk.

``streamlit run dashboard/server.py`` finds ``app`` here. Run on ``app.py`` alone, the
dashboard works the same with maps that do not grow finer.
"""

import sys
from pathlib import Path

# ``streamlit run`` puts this folder on the path, not the checkout.
_HERE = Path(__file__).resolve().parent
if str(_HERE.parent) not in sys.path:
    sys.path.insert(0, str(_HERE.parent))

import streamlit as st  # noqa: E402
from starlette.routing import Route  # noqa: E402

from dashboard import services, tiles, uploads  # noqa: E402

uploads.install(services.settings().data_dir / "uploads")
tiles.registry.is_served = True
app = st.App(_HERE / "app.py", routes=[Route(tiles.TILE_PATH, tiles.answer)])
