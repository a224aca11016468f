#!/usr/bin/env python3
"""cnnpool-describe against NumPy, and on a folder.

    describe.py PROGRAM DATA_FOLDER
"""
import io
import os
import stat
import subprocess
import sys
import unittest

import numpy as np

import describe_case

DATA = ""


def unit(d):
    return d / np.linalg.norm(d, axis=1, keepdims=True)


class Describe(describe_case.DescribeCase):
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

    def test_its_own_list_is_written_again(self):
        maps = self.two_maps()
        self.describe(maps, "--pool", "sum")
        self.assertEqual(self.text("out.txt"), "a.npy\nb.npy\nb.npy\n")
        os.remove(self.path("maps/b.npy"))
        self.assertEqual(self.describe(maps, "--pool", "sum").shape, (1, 5))
        self.assertEqual(self.text("out.txt"), "a.npy\n")

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
        with subprocess.Popen([describe_case.PROGRAM, source, "--out", self.path("pipe.npy"), "--pool", "max"],
                              stderr=subprocess.DEVNULL) as running:
            with open(self.path("pipe.npy"), "rb") as file:
                np.testing.assert_array_equal(np.load(io.BytesIO(file.read())), d)
            self.assertEqual(running.wait(), 0)
        if self.device("full.npy", "/dev/full"):
            self.fails("full.npy cannot be written: No space left on device", source, "--out", self.path("full.npy"),
                       "--pool", "max")
            self.assertTrue(stat.S_ISCHR(os.stat(self.path("full.npy")).st_mode))

    def test_help_names_every_option(self):
        ran = self.run_it("--help")
        self.assertEqual(ran.returncode, 0)
        for word in ("--pool", "--post", "--layout", "--relu", "--scale", "--zero-point", "--out", "--threads"):
            self.assertIn(word, ran.stdout)


if __name__ == "__main__":
    describe_case.PROGRAM, DATA = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
