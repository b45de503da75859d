"""What a picture is inside the house: arrays of 8-bit sRGB."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""An RGB picture, (H, W, 3), sRGB, uint8."""

Plane = NDArray[np.uint8]
"""A mask or an alpha channel, (H, W), uint8."""
