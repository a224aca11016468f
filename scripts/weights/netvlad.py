#!/usr/bin/env python3
"""Patch-NetVLAD's layer for netvlad_from_npz, and its WPCA.0 for linear_from_npz: netvlad.py CHECKPOINT.pth.tar OUT.npz"""
from checkpoint import convert

convert(__doc__, "pool.", "WPCA.")
