#!/usr/bin/env python3
"""SuperVLAD's layer for supervlad_from_npz: supervlad.py CHECKPOINT.pth OUT.npz"""
from checkpoint import convert

convert(__doc__, "aggregation.")
