"""Which dashboards are there? For operators, for the agencies' managers, for one node, for what all of it stands on."""

from typing import Final

from deploy.grafana.ground import GROUND
from deploy.grafana.node import NODE
from deploy.grafana.overview import OVERVIEW
from deploy.grafana.work import WORK

DASHBOARDS: Final = (OVERVIEW, WORK, NODE, GROUND)
