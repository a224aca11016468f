"""What the tests of cnnpool-describe share: maps that they make, and a program that is run on them."""
import os
import resource
import signal
import stat
import subprocess
import tempfile
import unittest

import numpy as np

PROGRAM = ""  # set by who imports this


class DescribeCase(unittest.TestCase):
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
