"""Colours that mean one thing in figures and notebooks: legible in print and for colour-blind readers.

Okabe, M. & Ito, K. (2008). Color universal design.
"""

SEISMIC = "#D55E00"
CONTROL = "#0072B2"
DISTURBED = "#999999"
REFERENCE = "#444444"
