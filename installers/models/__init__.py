from __future__ import annotations

from installers.models.handout import Handout, Way
from installers.models.installer import UNDECIDED, Installer, Standing, Stocktake

__all__ = ["UNDECIDED", "Handout", "Installer", "Standing", "Stocktake", "Way"]
