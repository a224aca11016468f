"""NumPy and JAX arrays through DLPack capsules: numpy_capsule.py LIBRARY. Skipped (77) without NumPy."""
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


def sums(array, axes, name=b"dltensor", **how):
    capsule = array.__dlpack__(**how)
    function = library.sum_of_dlpack_versioned if name == b"dltensor_versioned" else library.sum_of_dlpack
    extents = dict(zip(axes, array.shape))
    out = numpy.empty((extents.get("n", 1), extents.get("c", 1)), numpy.float32)
    message = ctypes.create_string_buffer(200)
    failed = function(ctypes.c_void_p(pointer_of(capsule, name)), axes.encode(), out.ctypes.data_as(ctypes.c_void_p),
                      message)
    return message.value.decode() if failed else out


class Descriptors:
    """What numpy.from_dlpack takes: descriptors of the library, in a capsule of ours."""

    def __dlpack__(self, **_):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype = ctypes.py_object
        new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        library.descriptors_as_dlpack.restype = ctypes.c_void_p
        return new(library.descriptors_as_dlpack(), b"dltensor", None)

    def __dlpack_device__(self):
        return 1, 0


random = numpy.random.default_rng(1)
checked = 0
for dtype in ("float16", "float32", "float64", "int8", "uint8"):
    full = (random.random((3, 6, 7, 8)) * 50).astype(dtype)
    for name, array, axes in (
            ("contiguous", full, "nchw"), ("nhwc", full, "nhwc"), ("slice", full[1:, ::2, 1:5, ::3], "nchw"),
            ("transposed", full.transpose(3, 1, 0, 2), "nchw"), ("flipped", full[:, :, ::-1, ::-1], "nchw"),
            ("fortran", numpy.asfortranarray(full), "nchw"), ("vector", full[0, 0, 0], "c"),
            ("empty", full[:0], "nchw")):
        got = sums(array, axes)
        assert not isinstance(got, str), got
        places = tuple(i for i, a in enumerate(axes) if a in "hw")
        want = array.astype("float64").sum(axis=places).reshape(got.shape)
        assert numpy.allclose(got, want, rtol=2e-6, atol=1e-4), (dtype, name, got - want)
        checked += 1
wrong = sums(numpy.zeros((2, 2), numpy.int32), "nc")
assert wrong.startswith("as_view: the DLPack tensor has elements of type code 0 with 32 bits"), wrong
wrong = sums(numpy.zeros((2, 2), numpy.float32), "nchw")
assert wrong == 'as_view: axes "nchw" name 4 axes, the tensor has 2', wrong

if hasattr(numpy, "from_dlpack"):
    array = numpy.from_dlpack(Descriptors())
    assert library.descriptors_alive() == 1
    assert (array == 10 * numpy.arange(3)[:, None] + numpy.arange(4)).all() and array.dtype == numpy.float32, array
    del array
    assert library.descriptors_alive() == 0, "NumPy gives the descriptors back once"
else:
    print(f"skipped: descriptors as a capsule: NumPy {numpy.__version__} has no from_dlpack")

if int(numpy.__version__.split(".")[0]) >= 2:  # the newer capsule, which read-only arrays need
    array = numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 2, 2)
    array.flags.writeable = False
    for name, part in ("whole", array), ("sliced", array[:, ::2, ::-1]):
        got = sums(part, "nchw", b"dltensor_versioned", max_version=(1, 0))
        assert not isinstance(got, str) and (got == part.sum((2, 3))).all(), (name, got)
        checked += 1
else:
    print(f"skipped: read-only NumPy arrays: NumPy {numpy.__version__} has no versioned capsule")
print(f"ran: NumPy capsules {numpy.__version__}: {checked} arrays, descriptors back")

try:
    import jax
    import jax.numpy
except ImportError as problem:
    print(f"skipped: JAX capsules: {problem}")
    sys.exit(0)
checked = 0
for dtype in ("float16", "bfloat16", "float32", "int8", "uint8"):
    full = jax.numpy.asarray(random.random((3, 6, 7, 8)) * 50).astype(dtype)
    for array in full, full[1:, ::2, 1:5], full[:0]:
        got = sums(array, "nchw")
        assert not isinstance(got, str), got
        want = numpy.asarray(array.astype("float32")).astype("float64").sum((2, 3))
        assert numpy.allclose(got, want, rtol=2e-6, atol=1e-4), (dtype, got - want)
        checked += 1
image = jax.numpy.asarray(random.random((2, 3, 6, 5)), "float32")
weights = jax.numpy.asarray(random.random((20, 3, 3, 3)) - 0.5, "float32")
conv = jax.lax.conv(image, weights, (1, 1), "SAME")
padded = numpy.pad(numpy.asarray(image, "float64"), ((0, 0), (0, 0), (1, 1), (1, 1)))
windows = numpy.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
want = numpy.einsum("nchwij,ocij->no", windows, numpy.asarray(weights, "float64"))
assert numpy.allclose(sums(conv, "nchw"), want, rtol=1e-5, atol=1e-3)
print(f"ran: JAX capsules {jax.__version__}: a convolution and {checked} arrays")
