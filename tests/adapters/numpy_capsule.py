"""NumPy arrays through DLPack capsules: numpy_capsule.py LIBRARY. Skipped (77) without NumPy."""
import ctypes
import sys

try:
    import numpy
except ImportError:
    print("skipped: NumPy capsules: numpy is not installed for", sys.executable)
    sys.exit(77)

library = ctypes.CDLL(sys.argv[1])
pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
pointer_of.restype = ctypes.c_void_p
pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


def sums(array, axes):
    capsule = array.__dlpack__()
    extents = dict(zip(axes, array.shape))
    out = numpy.empty((extents.get("n", 1), extents.get("c", 1)), numpy.float32)
    message = ctypes.create_string_buffer(200)
    failed = library.sum_of_dlpack(ctypes.c_void_p(pointer_of(capsule, b"dltensor")), axes.encode(),
                                   out.ctypes.data_as(ctypes.c_void_p), message)
    return message.value.decode() if failed else out


random = numpy.random.default_rng(1)
checked = 0
for dtype in ("float16", "float32", "float64", "int8", "uint8"):
    full = (random.random((3, 6, 7, 8)) * 50).astype(dtype)
    for name, array, axes in (("contiguous", full, "nchw"), ("nhwc", full, "nhwc"), ("slice", full[1:, ::2, 1:5, ::3], "nchw"),
                              ("transposed", full.transpose(3, 1, 0, 2), "nchw"), ("flipped", full[:, :, ::-1, ::-1], "nchw"),
                              ("fortran", numpy.asfortranarray(full), "nchw"), ("vector", full[0, 0, 0], "c")):
        got = sums(array, axes)
        assert not isinstance(got, str), got
        places = tuple(i for i, a in enumerate(axes) if a in "hw")
        order = [axes.index(a) for a in axes if a in "nc"]
        want = array.astype("float64").sum(axis=places).reshape(got.shape)
        assert order == sorted(order) and numpy.allclose(got, want, rtol=2e-6, atol=1e-4), (dtype, name, got - want)
        checked += 1
wrong = sums(numpy.zeros((2, 2), numpy.int32), "nc")
assert wrong.startswith("as_view: the DLPack tensor has elements of type code 0 with 32 bits"), wrong
print(f"NumPy {numpy.__version__}: {checked} arrays through DLPack capsules")
