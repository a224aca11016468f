#!/usr/bin/env python3
"""MegaLoc's head for megaloc_from_npz: megaloc.py megaloc.torch|model.safetensors OUT.npz [--half]"""
from checkpoint import convert

convert(__doc__, "aggregator.")
