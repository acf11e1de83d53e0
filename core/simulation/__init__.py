"""A simulated sea with known truth: photos, debris, surveys, vessels, hauls.

Everything made here is marked as simulated wherever it is stored or shown.
"""

from core.simulation.current import DoubleGyre
from core.simulation.demo import DemoBuilt, build_demo, demo_is_built
from core.simulation.drift import TrueTrack, drift_truly
from core.simulation.drifters import (
    SIMULATED_DRIFTERS,
    SimulatedDrifter,
    drifter_fixes,
    drifter_table,
)
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
from core.simulation.forcing import simulated_current, simulated_wind
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
from core.simulation.tows import beach_walks, net_tows
from core.simulation.wind import TradeWind

__all__ = [
    "DEMO_AREA",
    "DEMO_PORTS",
    "DEMO_SEED",
    "DEMO_VESSELS",
    "HAUL_COLUMNS",
    "ITEM_KINDS",
    "REFERENCE_AT",
    "RENDER_KINDS",
    "SIMULATED_DRIFTERS",
    "Area",
    "DebrisField",
    "DemoBuilt",
    "DoubleGyre",
    "ItemKind",
    "Patches",
    "SimulatedDrifter",
    "SimulatedPhoto",
    "SimulatedPort",
    "SimulatedSea",
    "SimulatedVessel",
    "SurveyFlight",
    "TradeWind",
    "TrueTrack",
    "beach_walks",
    "build_demo",
    "deck_counts",
    "demo_is_built",
    "drift_truly",
    "drifter_fixes",
    "drifter_table",
    "fleet_yaml",
    "fly_survey",
    "item_shares",
    "jpeg_bytes",
    "net_tows",
    "render_photo",
    "sail_hauls",
    "scatter_debris",
    "simulate_sea",
    "simulated_current",
    "simulated_wind",
    "write_photos",
]
