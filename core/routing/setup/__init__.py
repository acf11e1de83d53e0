"""From a request to the numbers of a routing problem."""

from core.routing.setup.loads import Load
from core.routing.setup.places import Berth, Places, place_name
from core.routing.setup.setup import Setup, make_setup

__all__ = ["Berth", "Load", "Places", "Setup", "make_setup", "place_name"]
