#!/usr/bin/env python3
"""CosPlace's or EigenPlaces' head for cosplace_from_npz: cosplace.py CHECKPOINT.pth OUT.npz"""
from checkpoint import convert

convert(__doc__, "aggregation.")
