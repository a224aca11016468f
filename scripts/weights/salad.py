#!/usr/bin/env python3
"""SALAD's head for salad_from_npz: salad.py dino_salad.ckpt OUT.npz"""
from checkpoint import convert

convert(__doc__, "aggregator.")
