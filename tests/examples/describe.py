#!/usr/bin/env python3
"""cnnpool-describe against NumPy, on a folder, and with everything wrong that a command line can have.

    describe.py PROGRAM DATA_FOLDER
"""
import io
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

import numpy as np

PROGRAM, DATA = "", ""


def unit(d):
    return d / np.linalg.norm(d, axis=1, keepdims=True)


class Describe(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = self.path("out.npy")
        self.x = np.random.default_rng(1).normal(size=(3, 5, 6, 7)).astype(np.float32)

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self, array, name="in.npy"):
        np.save(self.path(name), array)
        return self.path(name)

    def run_it(self, *arguments, limit=None):
        """limit: bytes at which a file of the program ends."""
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False,
                              preexec_fn=small_files if limit else None)

    def device(self, name, like):
        """A device in the folder. Root gets a node of its own, so that a mistake does not replace the machine's."""
        try:
            if os.geteuid() != 0:
                os.symlink(like, self.path(name))
            else:
                os.mknod(self.path(name), stat.S_IFCHR | 0o666, os.stat(like).st_rdev)
            with open(self.path(name), "wb"):
                return True
        except OSError as reason:
            print(f"skipped: example_describe on {like}: {reason}")
            if os.path.lexists(self.path(name)):
                os.remove(self.path(name))
            return False

    def describe(self, source, *arguments):
        ran = self.run_it(source, "--out", self.out, *arguments)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stdout, "")
        d = np.load(self.out)
        self.assertEqual(d.dtype, np.float32)
        return d

    def close(self, got, expected):
        self.assertEqual(got.shape, expected.shape)
        np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-5)

    def fails(self, message, *arguments, limit=None):
        before = sorted(os.listdir(self.folder))
        ran = self.run_it(*arguments, limit=limit)
        self.assertEqual(ran.returncode, 1, arguments)
        self.assertEqual(ran.stdout, "")
        self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
        self.assertTrue(ran.stderr.startswith("cnnpool-describe: "), ran.stderr)
        self.assertIn(message, ran.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), before, "something was written")

    def test_policies_equal_numpy(self):
        source = self.save(self.x)
        x = self.x.astype(np.float64)
        clamped = np.maximum(x, 1e-6)
        self.close(self.describe(source, "--pool", "sum"), x.sum((2, 3)))
        self.close(self.describe(source, "--pool", "average"), x.mean((2, 3)))
        np.testing.assert_array_equal(self.describe(source, "--pool", "max"), self.x.max((2, 3)))
        self.close(self.describe(source, "--pool", "gem"), np.cbrt((clamped ** 3).mean((2, 3))))
        self.close(self.describe(source, "--pool", "gem:p=2.7"), (clamped ** 2.7).mean((2, 3)) ** (1 / 2.7))
        self.close(self.describe(source, "--pool", "nonzero", "--relu"), (x > 0).mean((2, 3)))
        self.close(self.describe(source, "--pool", "rmac:levels=1"),
                   unit(unit(x[..., :6].max((2, 3))) + unit(x[..., 1:].max((2, 3)))))
        self.assertEqual(self.describe(source, "--pool", "spoc").shape, (3, 5))
        self.assertEqual(self.describe(source, "--pool", "crow").shape, (3, 5))

    def test_side_by_side_and_stages(self):
        x = self.x.astype(np.float64)
        expected = np.concatenate([x.sum((2, 3)), x.max((2, 3))], axis=1)
        source = self.save(self.x)
        self.close(self.describe(source, "--pool", "sum+max"), expected)
        rooted = np.sign(expected) * np.sqrt(np.abs(expected))
        self.close(self.describe(source, "--pool", "sum+max", "--post", "power,l2"), unit(rooted))
        self.close(self.describe(source, "--pool", "sum+max", "--post", "truncation=4,l2,power=0.3"),
                   np.sign(expected[:, :4]) * np.abs(unit(expected[:, :4])) ** 0.3)

    def test_layouts_types_and_axes(self):
        x = self.x.astype(np.float64)
        nhwc = self.save(np.ascontiguousarray(self.x.transpose(0, 2, 3, 1)))
        self.close(self.describe(nhwc, "--pool", "sum", "--layout", "nhwc"), x.sum((2, 3)))
        self.close(self.describe(nhwc, "--pool", "sum", "--layout", "nhwc", "--relu"), np.maximum(x, 0).sum((2, 3)))
        self.close(self.describe(self.save(np.asfortranarray(self.x)), "--pool", "sum"), x.sum((2, 3)))
        self.close(self.describe(self.save(self.x[0]), "--pool", "sum"), x[:1].sum((2, 3)))
        self.close(self.describe(self.save(self.x[0, :, 0]), "--pool", "sum"), x[0, :, 0])
        self.close(self.describe(self.save(x), "--pool", "average"), x.mean((2, 3)))
        half = self.x.astype(np.float16)
        self.close(self.describe(self.save(half), "--pool", "average"), half.astype(np.float64).mean((2, 3)))
        byte = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(2, 3, 4, 5)
        got = self.describe(self.save(byte), "--pool", "max", "--scale", "0.5", "--zero-point", "10")
        self.close(got, 0.5 * (byte.max((2, 3)) - 10.0))
        self.assertEqual(self.describe(self.save(self.x[:0]), "--pool", "gem").shape, (0, 5))

    def test_threads_do_not_change_a_bit(self):
        source = os.path.join(DATA, "queries.npy")
        one = self.describe(source, "--pool", "crow", "--post", "l2", "--scale", "1.5", "--threads", "1")
        two = self.describe(source, "--pool", "crow", "--post", "l2", "--scale", "1.5", "--threads", "2")
        np.testing.assert_array_equal(one, two)
        self.assertEqual(one.shape, (56, 512))

    def test_folder_of_different_sizes(self):
        os.mkdir(self.path("maps"))
        wide, tall = self.x[0, :, :, :4], self.x[1:, :, :3, :]
        self.save(tall, "maps/b.npy")
        self.save(wide, "maps/a.npy")
        with open(self.path("maps/readme.txt"), "w", encoding="ascii") as file:
            file.write("not a map")
        d = self.describe(self.path("maps"), "--pool", "average")
        self.close(d, np.concatenate([wide[None].mean((2, 3)), tall.mean((2, 3))]))
        with open(self.path("out.txt"), encoding="ascii") as file:
            self.assertEqual(file.read(), "a.npy\nb.npy\nb.npy\n")

    def test_what_a_folder_holds_beside_maps(self):
        maps = self.two_maps()
        for name in ("._a.npy", "upper.NPY", "notes.txt"):
            self.text("maps/" + name, "no map")
        os.mkdir(self.path("maps/deeper.npy"))
        os.symlink("loop", self.path("maps/loop"))
        ran = self.run_it(maps, "--out", self.out, "--pool", "sum")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertTrue(ran.stderr.endswith("3 x 5 from 2 files; passed over: 5 (._a.npy, deeper.npy, loop, ...)\n"),
                        ran.stderr)
        os.symlink("nowhere", self.path("maps/c.npy"))
        self.fails("maps/c.npy is a link to nowhere, expected a .npy file", maps, "--out", self.path("x.npy"), "--pool",
                   "sum")
        os.remove(self.path("maps/c.npy"))
        os.mkfifo(self.path("maps/c.npy"))
        self.fails("maps/c.npy is a pipe or a device", maps, "--out", self.path("x.npy"), "--pool", "sum")

    def test_pipes_and_bfloat16_are_named(self):
        os.mkfifo(self.path("in.npy"))
        self.fails("in.npy is a pipe, expected a file", self.path("in.npy"), "--out", self.out, "--pool", "sum")
        os.remove(self.path("in.npy"))
        self.save(np.zeros((1, 2), "V2"))
        self.fails("dtype '|V2' is bfloat16, it seems", self.path("in.npy"), "--out", self.out, "--pool", "sum")

    def test_outputs_are_tried_before_the_work(self):
        source = self.save(self.x)
        with open(source, "r+b") as file:
            file.truncate(200)  # the work would fail too
        os.symlink("none/x.npy", self.path("link.npy"))
        self.fails("link.npy cannot be written", source, "--out", self.path("link.npy"), "--pool", "sum")

    def test_standard_output_that_is_full(self):
        if not os.path.exists("/dev/full"):
            print("skipped: example_describe with a full standard output: there is no /dev/full")
            return
        with open("/dev/full", "w", encoding="ascii") as full:
            ran = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("standard output cannot be written: No space left on device", ran.stderr)

    def two_maps(self):
        os.mkdir(self.path("maps"))
        self.save(self.x[:1], "maps/a.npy")
        self.save(self.x[1:], "maps/b.npy")
        return self.path("maps")

    def text(self, name, text=None):
        if text is not None:
            with open(self.path(name), "w", encoding="ascii") as file:
                file.write(text)
        with open(self.path(name), encoding="ascii") as file:
            return file.read()

    def test_a_list_of_names_takes_no_other_file_s_place(self):
        maps = self.two_maps()
        self.fails("d.txt would be the list of the rows' files too", maps, "--out", self.path("d.txt"), "--pool", "sum")
        os.symlink("d.txt", self.path("link.npy"))
        os.symlink("d.txt", self.path("link.txt"))
        self.fails("link.npy would be the list", maps, "--out", self.path("link.npy"), "--pool", "sum")
        # A text of the user, a list of photos, one line per row even, is not a list of .npy files; nor is a folder.
        for name, text in (("photos", "a.jpg\nb.jpg\nc.jpg\n"), ("resnet", "my notes"), ("empty", "")):
            self.text(name + ".txt", text)
            self.fails(name + ".txt is there, and is no list that an earlier run wrote beside", maps, "--out",
                       self.path(name + ".npy"), "--pool", "sum")
            self.assertEqual(self.text(name + ".txt"), text)
        os.mkdir(self.path("taken.txt"))
        self.fails("taken.txt is there", maps, "--out", self.path("taken.npy"), "--pool", "sum")
        # Names of .npy files, but not of as many as the rows beside them.
        self.save(self.x[:, :, 0, 0], "two.npy")
        self.text("two.txt", "a.npy\nb.npy\n")
        self.fails("two.txt is there", maps, "--out", self.path("two.npy"), "--pool", "sum")
        # One file in, no list: the text beside it is nobody's business.
        self.describe(self.save(self.x), "--pool", "sum")
        self.out = self.path("photos.npy")
        self.describe(self.path("in.npy"), "--pool", "sum")
        self.assertEqual(self.text("photos.txt"), "a.jpg\nb.jpg\nc.jpg\n")

    def test_its_own_list_is_written_again(self):
        maps = self.two_maps()
        self.describe(maps, "--pool", "sum")
        self.assertEqual(self.text("out.txt"), "a.npy\nb.npy\nb.npy\n")
        os.remove(self.path("maps/b.npy"))
        self.assertEqual(self.describe(maps, "--pool", "sum").shape, (1, 5))
        self.assertEqual(self.text("out.txt"), "a.npy\n")

    def test_where_one_output_cannot_be_written_neither_is(self):
        maps = self.two_maps()
        os.symlink("none/elsewhere.txt", self.path("out.txt"))
        self.fails("out.txt cannot be written: No such file or directory", maps, "--out", self.out, "--pool", "sum")
        self.assertFalse(os.path.exists(self.out))
        os.remove(self.path("out.txt"))
        # Files of this process end at 200 bytes, as on a full disk: the descriptors' 188 fit, the list does not.
        os.rename(self.path("maps/a.npy"), self.path("maps/" + "a" * 200 + ".npy"))
        self.fails("out.txt cannot be written: File too large", maps, "--out", self.out, "--pool", "sum", limit=200)
        self.assertFalse(os.path.exists(self.out))

    def test_links_devices_and_pipes(self):
        source, maps = self.save(self.x), self.two_maps()
        os.symlink("maps/c.npy", self.path("inside.npy"))
        self.fails("part of the input", maps, "--out", self.path("inside.npy"), "--pool", "sum")
        self.save(self.x[0], "real.npy")
        os.chmod(self.path("real.npy"), 0o600)
        os.symlink("real.npy", self.path("link.npy"))
        self.out = self.path("link.npy")
        d = self.describe(source, "--pool", "max")
        self.assertTrue(os.path.islink(self.out))
        np.testing.assert_array_equal(np.load(self.path("real.npy")), d)
        self.assertEqual(os.stat(self.path("real.npy")).st_mode & 0o777, 0o600)
        if self.device("null.npy", "/dev/null"):
            before = sorted(os.listdir(self.folder))
            for what in (source, maps):
                ran = self.run_it(what, "--out", self.path("null.npy"), "--pool", "max")
                self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertTrue(stat.S_ISCHR(os.stat(self.path("null.npy")).st_mode))
            self.assertEqual(sorted(os.listdir(self.folder)), before)
        os.mkfifo(self.path("pipe.npy"))
        with subprocess.Popen([PROGRAM, source, "--out", self.path("pipe.npy"), "--pool", "max"],
                              stderr=subprocess.DEVNULL) as running:
            with open(self.path("pipe.npy"), "rb") as file:
                np.testing.assert_array_equal(np.load(io.BytesIO(file.read())), d)
            self.assertEqual(running.wait(), 0)
        if self.device("full.npy", "/dev/full"):
            self.fails("full.npy cannot be written: No space left on device", source, "--out", self.path("full.npy"),
                       "--pool", "max")
            self.assertTrue(stat.S_ISCHR(os.stat(self.path("full.npy")).st_mode))

    def test_bad_folders(self):
        os.mkdir(self.path("maps"))
        out = ("--out", self.out, "--pool", "sum")
        self.fails("holds 0 .npy files", self.path("maps"), *out)
        self.save(self.x, "maps/a.npy")
        self.save(self.x[:, :2], "maps/b.npy")
        self.fails("b.npy: gives 2 components, the files before it gave 5", self.path("maps"), *out)
        self.fails("part of the input", self.path("maps"), "--out", self.path("maps/c.npy"), "--pool", "sum")

    def test_bad_files(self):
        out = ("--out", self.out, "--pool", "sum")
        self.fails("does not exist", self.path("none.npy"), *out)
        with open(self.path("text.npy"), "w", encoding="ascii") as file:
            file.write("no array")
        self.fails("is not a .npy file", self.path("text.npy"), *out)
        self.fails("has 5 axes", self.save(np.zeros((1, 1, 1, 1, 1), np.float32)), *out)
        self.fails("no positions", self.save(np.zeros((1, 2, 0, 3), np.float32)), *out)
        with open(self.save(self.x, "short.npy"), "r+b") as file:
            file.truncate(200)
        self.fails("bytes of data", self.path("short.npy"), *out)
        self.fails("is not supported", self.save(np.zeros((1, 2), np.int64)), *out)

    def test_bad_arguments(self):
        source = self.save(self.x)
        self.fails("--out is required", source, "--pool", "sum")
        self.fails("--pool is required", source, "--out", self.out)
        self.fails("input is required", "--out", self.out, "--pool", "sum")
        out = (source, "--out", self.out)
        for pool, message in (("gme", "\"gme\" is no policy"), ("sum+", "\"\" is no policy"),
                              ("gem:p=x", "is no policy"),
                              ("gem:p=2.7x", "is no policy"), ("gem:p=inf", "is no policy"),
                              ("gem:p=-1", "gem: p is -1"),
                              ("rmac:levels=0", "levels is 0")):
            self.fails(message, *out, "--pool", pool)
        for post, message in (("l3", "\"l3\" is no stage"), ("l2,,l2", "\"\" is no stage"),
                              ("truncation=6", "expected 1 to 5"), ("truncation=0", "dimensions is 0"),
                              ("power=0", "alpha is 0")):
            self.fails(message, *out, "--pool", "sum", "--post", post)
        self.fails("is no layout", *out, "--pool", "sum", "--layout", "chwn")
        self.fails("8-bit activations only", *out, "--pool", "sum", "--scale", "2")
        self.fails("--threads", *out, "--pool", "sum", "--threads", "-1")
        self.fails("--threads", *out, "--pool", "sum", "--threads", "two")
        self.fails("not finite", *out, "--pool", "sum", "--scale", "nan")
        self.fails("not expected", *out, "--pool", "sum", "--bogus")
        self.fails("does not exist", source, "--out", self.path("none/out.npy"), "--pool", "sum")
        self.fails("is a folder", source, "--out", self.folder, "--pool", "sum")
        self.fails("part of the input", source, "--out", source, "--pool", "sum")
        np.testing.assert_array_equal(np.load(source), self.x)

    def test_an_older_output_survives_a_failure(self):
        kept = self.save(self.x[:, :, 0, 0], "out.npy")
        self.fails("expected 1 to 5", self.save(self.x), "--out", kept, "--pool", "sum", "--post", "truncation=9")
        np.testing.assert_array_equal(np.load(kept), self.x[:, :, 0, 0])

    def test_help_names_every_option(self):
        ran = self.run_it("--help")
        self.assertEqual(ran.returncode, 0)
        for word in ("--pool", "--post", "--layout", "--relu", "--scale", "--zero-point", "--out", "--threads"):
            self.assertIn(word, ran.stdout)


if __name__ == "__main__":
    PROGRAM, DATA = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
