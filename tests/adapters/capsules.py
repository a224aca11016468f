"""Arrays of NumPy, JAX and PyTorch through DLPack capsules.

    capsules.py LIBRARY numpy|jax|torch [SUFFIX]

Skipped (77) where the framework is missing. Its row of docs/frameworks/README.md is named "... capsules" and the
suffix.
"""
import ctypes
import sys

FRAMEWORK = sys.argv[2]
SUFFIX = "".join(" " + word for word in sys.argv[3:])
try:
    import numpy
    if FRAMEWORK == "jax":
        import jax
        import jax.numpy
    if FRAMEWORK == "torch":
        import torch
except (ImportError, OSError) as problem:  # OSError: a library of CUDA that the wheel wants
    reason = str(problem).splitlines()[0]
    how = "scripts/frameworks --all" if FRAMEWORK == "torch" else "scripts/frameworks"
    print(f"skipped: {FRAMEWORK} capsules: {FRAMEWORK} is not installed ({how}): {reason}")
    sys.exit(77)

library = ctypes.CDLL(sys.argv[1])
pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
pointer_of.restype = ctypes.c_void_p
pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]
OLD, NEW = b"dltensor", b"dltensor_versioned"
random = numpy.random.default_rng(1)


def sums_of(capsule, name, shape, axes):
    function = library.sum_of_dlpack_versioned if name == NEW else library.sum_of_dlpack
    extents = dict(zip(axes, shape))
    out = numpy.empty((extents.get("n", 1), extents.get("c", 1)), numpy.float32)
    message = ctypes.create_string_buffer(200)
    failed = function(ctypes.c_void_p(pointer_of(capsule, name)), axes.encode(), out.ctypes.data_as(ctypes.c_void_p),
                      message)
    return message.value.decode() if failed else out


def sums(array, axes, name=OLD):
    how = {"max_version": (1, 0)} if name == NEW else {}
    return sums_of(array.__dlpack__(**how), name, array.shape, axes)


def check(array, axes, numbers, name=OLD):
    """numbers: the array's, as float64 of NumPy."""
    got = sums(array, axes, name)
    assert not isinstance(got, str), got
    places = tuple(i for i, a in enumerate(axes) if a in "hw")
    want = numbers.sum(axis=places).reshape(got.shape)
    assert numpy.allclose(got, want, rtol=2e-6, atol=1e-4), (array.dtype, array.shape, got - want)
    return 1


def convolution(image, weights):
    padded = numpy.pad(image.astype("float64"), ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = numpy.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
    return numpy.einsum("nchwij,ocij->nohw", windows, weights.astype("float64"))


def row(array, version, what):
    """Every policy on a tensor of 2 x 20 x 6 x 5 floats."""
    capsule = array.__dlpack__()
    failed = library.row_of_dlpack(ctypes.c_void_p(pointer_of(capsule, OLD)), (NAMES[FRAMEWORK] + SUFFIX).encode(),
                                   version.encode(), what.encode())
    assert not failed, "a policy differs from the reference"


NAMES = {"numpy": "NumPy capsules", "jax": "JAX capsules", "torch": "PyTorch capsules"}
IMAGE = random.random((2, 3, 6, 5)).astype("float32")
WEIGHTS = (random.random((20, 3, 3, 3)) - 0.5).astype("float32")


class Descriptors:
    """What from_dlpack takes: descriptors of the library, in a capsule of ours."""

    def __dlpack__(self, **_):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype = ctypes.py_object
        new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        library.descriptors_as_dlpack.restype = ctypes.c_void_p
        return new(library.descriptors_as_dlpack(), OLD, None)

    def __dlpack_device__(self):
        return 1, 0


def descriptors_back(from_dlpack):
    array = from_dlpack(Descriptors())
    assert library.descriptors_alive() == 1
    assert (numpy.asarray(array) == 10 * numpy.arange(3)[:, None] + numpy.arange(4)).all(), array
    del array
    assert library.descriptors_alive() == 0, "the descriptors are given back once"


def with_numpy():
    checked = 0
    for dtype in ("float16", "float32", "float64", "int8", "uint8"):
        full = (random.random((3, 6, 7, 8)) * 50).astype(dtype)
        for array, axes in ((full, "nchw"), (full, "nhwc"), (full[1:, ::2, 1:5, ::3], "nchw"),
                            (full.transpose(3, 1, 0, 2), "nchw"), (full[:, :, ::-1, ::-1], "nchw"),
                            (numpy.asfortranarray(full), "nchw"), (full[0, 0, 0], "c"), (full[:0], "nchw")):
            checked += check(array, axes, array.astype("float64"))
    wrong = sums(numpy.zeros((2, 2), numpy.int32), "nc")
    assert wrong.startswith("as_view: the DLPack tensor has elements of type code 0 with 32 bits"), wrong
    wrong = sums(numpy.zeros((2, 2), numpy.float32), "nchw")
    assert wrong == 'as_view: axes "nchw" name 4 axes, the tensor has 2', wrong
    try:
        sums(numpy.zeros((2, 2), ">f4"), "nc")
        raise AssertionError("NumPy hands out an array of the other byte order")
    except (BufferError, TypeError) as refused:  # NumPy's sentence, before the library is asked
        assert "byte order" in str(refused), refused
    array = numpy.zeros((1, 2, 3, 4), numpy.float32)
    capsule = array.__dlpack__()
    array += 1
    assert (sums_of(capsule, OLD, array.shape, "nchw") == 12).all(), "the view sees what changes: no copy"

    if hasattr(numpy, "from_dlpack"):
        descriptors_back(numpy.from_dlpack)
    else:
        print(f"skipped: descriptors as a capsule: NumPy {numpy.__version__} has no from_dlpack")
    names = "dltensor"
    if int(numpy.__version__.split(".")[0]) >= 2:  # the newer capsule, which read-only arrays need
        array = numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 2, 2)
        array.flags.writeable = False
        for part in array, array[:, ::2, ::-1]:
            checked += check(part, "nchw", part.astype("float64"), NEW)
        names += ", dltensor_versioned, read-only"
    else:
        print(f"skipped: read-only NumPy arrays: NumPy {numpy.__version__} has no versioned capsule")
    conv = convolution(IMAGE, WEIGHTS).astype("float32")
    row(conv, numpy.__version__, f"{names}; slices, transposed, flipped, empty, descriptors back")
    return numpy.__version__, checked


def with_jax():
    checked = 0
    for dtype in ("float16", "bfloat16", "float32", "int8", "uint8"):
        full = jax.numpy.asarray(random.random((3, 6, 7, 8)) * 50).astype(dtype)
        for array in full, full[1:, ::2, 1:5], full[:0]:
            checked += check(array, "nchw", numpy.asarray(array.astype("float32")).astype("float64"))
    conv = jax.lax.conv(jax.numpy.asarray(IMAGE), jax.numpy.asarray(WEIGHTS), (1, 1), "SAME")
    assert numpy.allclose(numpy.asarray(conv), convolution(IMAGE, WEIGHTS), rtol=1e-5, atol=1e-5)
    checked += check(conv, "nchw", convolution(IMAGE, WEIGHTS))
    row(conv, jax.__version__, "dltensor (it has no other); a convolution; float16, bfloat16, 8 bits, empty")
    return jax.__version__, checked


def with_torch():
    checked = 0
    for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int8, torch.uint8):
        full = torch.from_numpy(random.random((3, 6, 7, 8)) * 50).to(dtype)
        last = full.contiguous(memory_format=torch.channels_last)
        assert last.stride() != full.stride()
        for tensor in (full, last, full[1:, ::2, 1:5, ::3], last[:, 1:6:2, :, 2:7], full.permute(3, 1, 0, 2),
                       full[:1].expand(4, 6, 7, 8), full[:0], last[:0]):
            for name in OLD, NEW:
                checked += check(tensor, "nchw", tensor.double().numpy(), name)
    image, weights = torch.from_numpy(IMAGE), torch.from_numpy(WEIGHTS)
    for memory in torch.contiguous_format, torch.channels_last:
        conv = torch.nn.functional.conv2d(image.contiguous(memory_format=memory), weights, padding=1)
        assert numpy.allclose(conv.numpy(), convolution(IMAGE, WEIGHTS), rtol=1e-5, atol=1e-5)
        for name in OLD, NEW:
            checked += check(conv, "nchw", convolution(IMAGE, WEIGHTS), name)
    for name in OLD, NEW:
        capsule = conv.__dlpack__(**({"max_version": (1, 0)} if name == NEW else {}))
        conv.fill_(2)
        assert (sums_of(capsule, name, conv.shape, "nchw") == 60).all(), "the view sees what changes: no copy"
        conv.fill_(3)
        wrong = sums(torch.zeros((2, 2), dtype=torch.int64), "nc", name)
        assert wrong.startswith("as_view: the DLPack tensor has elements of type code 0 with 64 bits"), wrong
        trained = torch.ones((1, 2, 3, 4), requires_grad=True)
        try:
            sums(trained, "nchw", name)
            raise AssertionError("PyTorch hands out a tensor that requires a gradient")
        except BufferError as refused:  # PyTorch's sentence, before the library is asked
            assert "require gradient, use tensor.detach()" in str(refused), refused
        assert (sums(trained.detach(), "nchw", name) == 12).all()
    descriptors_back(torch.from_dlpack)
    conv = torch.nn.functional.conv2d(image, weights, padding=1)
    row(conv, torch.__version__.split("+")[0],
        "dltensor, dltensor_versioned; a convolution, channels_last, slices, expand, float16, bfloat16, 8 bits, empty, "
        "requires_grad, descriptors back")
    return torch.__version__, checked


version, count = {"numpy": with_numpy, "jax": with_jax, "torch": with_torch}[FRAMEWORK]()
print(f"ran: {NAMES[FRAMEWORK]} {version}: {count} arrays")
