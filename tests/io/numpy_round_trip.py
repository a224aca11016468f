"""Files that NumPy writes, read by cnnpool, and the reverse: numpy_round_trip.py DRIVER. Skipped (77) without NumPy."""
import os
import subprocess
import sys
import tempfile

try:
    import numpy
    from numpy.lib import format as npy
except ImportError:
    print("skipped: .npy files from NumPy: numpy is not installed for", sys.executable)
    sys.exit(77)

random = numpy.random.default_rng(1)
checked = 0
with tempfile.TemporaryDirectory() as folder:
    source, target = os.path.join(folder, "in.npy"), os.path.join(folder, "out.npy")
    for dtype in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "u1", "i1"):
        for order in "CF":
            for shape in ((2, 5, 3, 4), (5, 3, 4), (2, 5), (5,)):
                array = numpy.asarray(random.random(shape) * 50, dtype=dtype, order=order)
                for version in ((1, 0), (2, 0), (3, 0)):
                    with open(source, "wb") as f:
                        npy.write_array(f, array, version=version)
                    done = subprocess.run([sys.argv[1], source, target], capture_output=True, text=True, check=False)
                    assert done.returncode == 0, done.stdout
                    got = numpy.load(target)
                    want = array.astype("f8")
                    want = want.sum(axis=(-2, -1)) if want.ndim > 2 else want
                    assert got.dtype == numpy.float32 and got.flags.c_contiguous
                    assert numpy.allclose(got.reshape(-1), want.reshape(-1), rtol=2e-6, atol=1e-3), \
                        (dtype, order, shape)
                    checked += 1
print(f"NumPy {numpy.__version__}: {checked} files there and back")
