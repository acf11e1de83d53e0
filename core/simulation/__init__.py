"""A simulated sea with known truth: photos, debris, surveys, vessels, hauls.

Everything made here is marked as simulated wherever it is stored or shown.
"""

from core.simulation.current import DoubleGyre
from core.simulation.demo import DemoBuilt, build_demo, demo_is_built
from core.simulation.field import Area, DebrisField, Patches, scatter_debris
from core.simulation.files import write_photos
from core.simulation.fleet import (
    DEMO_PORTS,
    DEMO_VESSELS,
    SimulatedPort,
    SimulatedVessel,
    fleet_yaml,
)
from core.simulation.flights import (
    SimulatedPhoto,
    SurveyFlight,
    deck_counts,
    fly_survey,
)
from core.simulation.hauls import HAUL_COLUMNS, sail_hauls
from core.simulation.parameters import ITEM_KINDS, ItemKind, item_shares
from core.simulation.photos import jpeg_bytes
from core.simulation.render import RENDER_KINDS, render_photo
from core.simulation.sea import (
    DEMO_AREA,
    DEMO_SEED,
    REFERENCE_AT,
    SimulatedSea,
    simulate_sea,
)

__all__ = [
    "DEMO_AREA",
    "DEMO_PORTS",
    "DEMO_SEED",
    "DEMO_VESSELS",
    "HAUL_COLUMNS",
    "ITEM_KINDS",
    "REFERENCE_AT",
    "RENDER_KINDS",
    "Area",
    "DebrisField",
    "DemoBuilt",
    "DoubleGyre",
    "ItemKind",
    "Patches",
    "SimulatedPhoto",
    "SimulatedPort",
    "SimulatedSea",
    "SimulatedVessel",
    "SurveyFlight",
    "build_demo",
    "deck_counts",
    "demo_is_built",
    "fleet_yaml",
    "fly_survey",
    "item_shares",
    "jpeg_bytes",
    "render_photo",
    "sail_hauls",
    "scatter_debris",
    "simulate_sea",
    "write_photos",
]
