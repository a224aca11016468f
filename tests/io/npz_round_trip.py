"""Archives that NumPy writes, read by cnnpool, and the reverse: npz_round_trip.py DRIVER.

Skipped (77) without NumPy."""
import io
import os
import subprocess
import sys
import tempfile
import warnings
import zipfile

try:
    import numpy
except ImportError:
    print("skipped: .npz files from NumPy: numpy is not installed for", sys.executable)
    sys.exit(77)

random = numpy.random.default_rng(1)
checked = 0
with tempfile.TemporaryDirectory() as folder:
    source, target = os.path.join(folder, "in.npz"), os.path.join(folder, "out.npz")
    arrays = {f"layer_{dtype}_{order}": numpy.asarray(random.random((2, 5, 30, 40)) * 50, dtype=dtype, order=order)
              for dtype in ("f2", "f4", ">f4", "f8", "u1", "i1") for order in "CF"}
    arrays["empty"] = numpy.zeros((0, 5, 3, 4), "f4")
    for save in numpy.savez, numpy.savez_compressed:
        save(source, **arrays)
        done = subprocess.run([sys.argv[1], source, target], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        with numpy.load(target) as got:
            assert list(got.keys()) == list(arrays), list(got.keys())
            for name, array in arrays.items():
                assert numpy.allclose(got[name], array.astype("f8").sum(axis=(2, 3)), rtol=2e-6, atol=1e-3), name
                checked += 1
    # A name twice, as appending to an archive gives: NumPy reads the last.
    numpy.savez(source, x=numpy.zeros((2, 3, 1, 1), "f4"), y=numpy.ones((1, 3, 1, 1), "f4"))
    with warnings.catch_warnings(), zipfile.ZipFile(source, "a") as archive, io.BytesIO() as later:
        warnings.simplefilter("ignore")
        numpy.save(later, numpy.full((4, 3, 1, 1), 7, "f4"))
        archive.writestr("x.npy", later.getvalue())
    done = subprocess.run([sys.argv[1], source, target], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with numpy.load(source) as theirs, numpy.load(target) as got:
        assert sorted(got.keys()) == ["x", "y"], list(got.keys())
        assert numpy.array_equal(got["x"], theirs["x"].sum(axis=(2, 3))) and got["x"].shape == (4, 3)
        checked += 1
    # A whitening that NumPy makes, applied by cnnpool, and the same model that cnnpool writes, applied by NumPy.
    x = random.normal(size=(9, 6)).astype("f4")
    for mean, matrix in ((random.random(6), random.random((4, 6))),
                         (random.random((1, 6)).astype("f4"),
                          numpy.asfortranarray(random.random((4, 6)), dtype=">f4"))):
        model = os.path.join(folder, "model.npz")
        numpy.savez(model, mean=mean, matrix=matrix, author=numpy.zeros(3, "u1"))
        numpy.savez(source, x=x)
        done = subprocess.run([sys.argv[1], model, source, target], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        with numpy.load(target) as got, numpy.load(target + ".model") as back:
            assert numpy.allclose(got["y"], (x - mean) @ matrix.T, rtol=1e-5, atol=1e-5)
            assert numpy.allclose((x - back["mean"]) @ back["matrix"].T, got["y"], rtol=1e-5, atol=1e-5)
            assert sorted(back.keys()) == ["matrix", "mean"], list(back.keys())
        checked += 2
print(f"NumPy {numpy.__version__}: {checked} arrays of .npz files there and back")
