"""What the scripts of this folder share: arrays out of a checkpoint that is on this machine already, into a .npz."""
import argparse
import re

import numpy
import torch


def convert(what, *beginnings):
    """Writes the parameters whose names start so, without the `module.` of torch.nn.DataParallel, and prints them."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("checkpoint", help="a state_dict, or a dictionary that holds one; .safetensors too")
    parser.add_argument("npz", help="the file to write")
    parser.add_argument("--half", action="store_true", help="weights (not biases) as float16: half the file")
    parser.add_argument("--trusted", action="store_true", help="the file may run code as it is loaded: where torch.load "
                        "says that it holds more than weights, and you know who made it")
    given = parser.parse_args()
    if given.checkpoint.endswith(".safetensors"):
        from safetensors.torch import load_file
        state = load_file(given.checkpoint)
    else:
        state = torch.load(given.checkpoint, map_location="cpu", weights_only=not given.trusted)
    for key in ("state_dict", "model_state_dict"):
        state = state.get(key, state)
    state = {re.sub(r"(?<![^.])module\.", "", name): tensor for name, tensor in state.items()}
    arrays = {}
    for name, tensor in state.items():
        if name.startswith(beginnings):
            half = given.half and name.endswith(".weight")
            # .npy as it is read needs an axis, which SALAD's dustbin lacks.
            arrays[name] = numpy.atleast_1d(tensor.to(torch.float16 if half else torch.float32).numpy())
    if not arrays:
        raise SystemExit(f"{given.checkpoint}: no parameter starts with {' or '.join(beginnings)}; there are "
                         + ", ".join(sorted({name.split(".")[0] for name in state})))
    numpy.savez(given.npz, **arrays)
    for name, array in arrays.items():
        print(name, " x ".join(map(str, array.shape)), array.dtype)
