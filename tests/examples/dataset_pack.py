#!/usr/bin/env python3
"""cnnpool-dataset pack and mean: what Caffe's and NumPy's readers find in their files.

    dataset_pack.py PROGRAM CAFFE_PROTO
"""
import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import lmdb
import numpy
from PIL import Image

import dataset_case
from dataset_case import DatasetCase, pixels

RECORDS = None


class Pack(DatasetCase):
    def setUp(self):
        super().setUp()
        # PNG, so that every decoder agrees on the pixels.
        self.pixels = []
        for i in range(7):
            image = pixels(i, 60 + i, 80 - i)
            self.pixels.append(image)
            out = io.BytesIO()
            Image.fromarray(image).save(out, "PNG")
            self.put(out.getvalue(), "photos", f"photo {i}.png")
        self.put("".join(f"photos/photo {i}.png {i % 3}\n" for i in range(7)), "train.txt")

    def records(self, name):
        with lmdb.open(self.path(name), readonly=True, lock=False) as database, database.begin() as read:
            return [(key.decode(), RECORDS.Datum.FromString(value)) for key, value in read.cursor()]

    def packed(self, **options):
        """The pixels of the records, height x width x BGR."""
        self.run_it("pack", "train.txt", "--out", "set.lmdb", *[w for pair in options.items() for w in
                                                                ("--" + pair[0], pair[1])])
        return [numpy.frombuffer(d.data, numpy.uint8).reshape(3, d.height, d.width).transpose(1, 2, 0)
                for _, d in self.records("set.lmdb")]

    def test_raw_records_are_convert_imagesets(self):
        ran = self.run_it("pack", "train.txt", "--out", "set.lmdb")
        self.assertIn("7 records of 256 x 256, raw; 7 read back and compared; set.lmdb", ran.stdout)
        records = self.records("set.lmdb")
        self.assertEqual([key for key, _ in records], [f"{i:08d}_photos/photo {i}.png" for i in range(7)])
        for i, (_, d) in enumerate(records):
            self.assertEqual((d.channels, d.height, d.width, d.label, d.encoded), (3, 256, 256, i % 3, False))
            self.assertEqual(len(d.data), 3 * 256 * 256)
        self.assertFalse(os.path.exists(self.path("set.lmdb", "lock.mdb")))

    def test_pixels_are_those_of_the_photo_in_bgr(self):
        for i, image in enumerate(self.pixels):  # without a change of size nothing is interpolated
            self.put(f"photos/photo {i}.png 0\n", "train.txt")
            out = io.BytesIO()
            Image.fromarray(image[:60, :60]).save(out, "PNG")
            self.put(out.getvalue(), "photos", f"photo {i}.png")
            got = self.packed(size=60)
            self.assertTrue(numpy.array_equal(got[0], image[:60, :60, ::-1]))
            for file in os.listdir(self.path("set.lmdb")):
                os.remove(self.path("set.lmdb", file))
            os.rmdir(self.path("set.lmdb"))

    def test_encoded_records_and_files(self):
        raw = self.packed(size=64)
        self.run_it("pack", "train.txt", "--out", "png.lmdb", "--encoded", "png", "--size", 64)
        self.run_it("pack", "train.txt", "--out", "jpg.lmdb", "--encoded", "jpg", "--size", 64)
        self.run_it("pack", "train.txt", "--files", "small", "--size", 64)
        for i, line in enumerate(self.text("small", "train.txt").splitlines()):
            path, label = line.rsplit(" ", 1)
            with Image.open(self.path("small", path)) as image:
                self.assertTrue(numpy.array_equal(numpy.asarray(image)[..., ::-1], raw[i]))
            self.assertEqual(int(label), i % 3)
        for name, most in (("png", 0), ("jpg", 80)):
            for (_, d), whole in zip(self.records(name + ".lmdb"), raw):
                self.assertTrue(d.encoded)
                with Image.open(io.BytesIO(d.data)) as image:
                    apart = numpy.abs(numpy.asarray(image)[..., ::-1].astype(int) - whole)
                self.assertLessEqual(apart.max(), most)

    def test_files_of_an_earlier_run_go_and_files_of_the_user_stay(self):
        self.run_it("pack", "train.txt", "--files", "small", "--size", 8)
        self.put("mine", "small", "notes.txt")
        self.put(b"mine", "small", "00000009_mine.png")
        self.put("".join(f"photos/photo {i}.png 0\n" for i in (0, 2, 5)), "train.txt")
        ran = self.run_it("pack", "train.txt", "--files", "small", "--size", 8)
        self.assertIn("3 files of 8 x 8, 6 of earlier runs removed; ", ran.stdout)
        names = [f"0000000{k}_photo {i}.png.png" for k, i in enumerate((0, 2, 5))]
        self.assertEqual(sorted(os.listdir(self.path("small"))),
                         sorted([*names, "00000009_mine.png", "classes.txt", "cnnpool-dataset.txt", "notes.txt",
                                 "packed-files.txt", "train.txt"]))
        ran = self.run_it("pack", "train.txt", "--files", "small", "--size", 8)
        self.assertNotIn("removed", ran.stdout)
        # One of the user's where one of ours would go, and a record that is none.
        self.put("photos/photo 1.png 0\n" * 1 + "photos/photo 0.png 0\n", "train.txt")
        self.put(b"mine", "small", "00000001_photo 0.png.png")
        before = self.everything("small")
        self.refuses("00000001_photo 0.png.png is there, and this program did not write it", "pack", "train.txt",
                     "--files", "small", "--size", 8)
        self.put("mine", "other", "packed-files.txt")
        self.refuses("packed-files.txt is there, and this program did not write it", "pack", "train.txt", "--files",
                     "other", "--size", 8)
        self.assertEqual(self.everything("small"), before)

    def test_a_database_that_is_damaged_anywhere_is_a_sentence(self):
        with lmdb.open(self.path("set.lmdb"), map_size=1 << 24) as database, database.begin(write=True) as write:
            small = RECORDS.Datum(channels=3, height=4, width=4, data=bytes(48), label=1).SerializeToString()
            large = RECORDS.Datum(channels=3, height=40, width=40, data=bytes(4800), label=1).SerializeToString()
            for i in range(400):
                write.put(f"{i:08d}_a".encode(), small)
            for i in range(400, 410):
                write.put(f"{i:08d}_b".encode(), large)
        os.remove(self.path("set.lmdb", "lock.mdb"))
        with open(self.path("set.lmdb", "data.mdb"), "rb") as file:
            whole = file.read()
        self.refuses("is 40 x 40, those before it are 4 x 4", "mean", "set.lmdb")
        random = numpy.random.RandomState(dataset_case.SEED)
        damaged = 0
        for page in range(len(whole) // 4096):
            for garbage in (bytes(random.randint(0, 256, 4096, dtype=numpy.uint8)), b"\xff" * 64, bytes(64),
                            bytes(random.randint(0, 256, 24, dtype=numpy.uint8))):
                data = bytearray(whole)
                at = 4096 * page + (16 if len(garbage) == 24 else 0)
                data[at:at + len(garbage)] = garbage
                self.put(bytes(data), "set.lmdb", "data.mdb")
                damaged += 0 if "those before it" in self.refuses("", "mean", "set.lmdb", timeout=20) else 1
        self.assertGreater(damaged, 40)

    def test_shuffled_the_same_way_each_time(self):
        order = []
        for name in ("a", "b"):
            self.run_it("pack", "train.txt", "--out", name, "--shuffle", "--size", 8)
            order.append([key for key, _ in self.records(name)])
        self.assertEqual(order[0], order[1])
        self.assertNotEqual([key[9:] for key in order[0]], sorted(key[9:] for key in order[0]))

    def test_what_cannot_be_read_is_left_out_and_named(self):
        self.put(b"", "photos", "photo 3.png")
        ran = self.run_it("pack", "train.txt", "--out", "set.lmdb", "--size", 8, code=3)
        self.assertIn("6 records of 8 x 8, raw, 1 left out", ran.stdout)
        self.assertRegex(ran.stderr, "left out: .*photo 3.png: cannot be read, or is empty")
        self.refuses("set.lmdb is there already", "pack", "train.txt", "--out", "set.lmdb")
        self.refuses("expected either --out DATABASE or --files FOLDER", "pack", "train.txt")
        self.refuses("--size is 0, expected 1 to 8192", "pack", "train.txt", "--out", "x", "--size", 0)
        self.refuses("--encoded gif", "pack", "train.txt", "--out", "x", "--encoded", "gif")

    def test_a_full_disk_leaves_no_database(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
        self.refuses("set.lmdb cannot be written: ", "pack", "train.txt", "--out", "set.lmdb", preexec_fn=small_files)
        self.assertEqual(sorted(os.listdir(self.folder)), ["photos", "train.txt"])

    def test_a_run_that_was_killed_leaves_no_database_and_is_run_again(self):
        for i in range(700):
            os.symlink(f"photo {i % 7}.png", self.path("photos", f"link {i}.png"))
        self.put("".join(f"photos/link {i}.png 0\n" for i in range(700)), "train.txt")
        with subprocess.Popen([dataset_case.PROGRAM, "pack", "train.txt", "--out", "set.lmdb"], cwd=self.folder,
                              stderr=subprocess.DEVNULL) as running:
            while not os.path.exists(self.path("set.lmdb.cnnpool-part", "data.mdb")) and running.poll() is None:
                time.sleep(.01)
            running.kill()
        self.assertEqual(running.returncode, -signal.SIGKILL)
        self.assertFalse(os.path.exists(self.path("set.lmdb")))
        self.assertTrue(os.path.exists(self.path("set.lmdb.cnnpool-part")))
        ran = self.run_it("pack", "train.txt", "--out", "set.lmdb", "--size", 8)
        self.assertIn("700 records of 8 x 8, raw; 100 read back and compared; set.lmdb", ran.stdout)
        self.assertEqual(sorted(os.listdir(self.folder)), ["photos", "set.lmdb", "train.txt"])

    def test_the_mean_is_numpys(self):
        whole = numpy.stack(self.packed(size=32)).astype(numpy.float64)
        expected = whole.mean(0).transpose(2, 0, 1)
        for source, size in (("set.lmdb", ()), ("train.txt", ("--size", 32))):
            ran = self.run_it("mean", source, "--out", "mean.npy", "--channels", "channels.npy", "--binaryproto",
                              "mean.binaryproto", *size)
            mean = numpy.load(self.path("mean.npy"))
            self.assertEqual((mean.shape, mean.dtype), ((1, 3, 32, 32), numpy.float32))
            self.assertTrue(numpy.array_equal(mean[0], expected.astype(numpy.float32)))
            channels = numpy.load(self.path("channels.npy")).ravel()
            self.assertTrue(numpy.allclose(channels, whole.mean((0, 1, 2)), rtol=1e-7))
            with open(self.path("mean.binaryproto"), "rb") as file:
                blob = RECORDS.BlobProto.FromString(file.read())
            self.assertEqual((blob.num, blob.channels, blob.height, blob.width), (1, 3, 32, 32))
            self.assertTrue(numpy.array_equal(numpy.float32(blob.data).reshape(3, 32, 32), mean[0]))
            self.assertIn("mean of 7 photos, 32 x 32; --mean " +
                          ",".join(f"{m:.4f}" for m in whole.mean((0, 1, 2))), ran.stdout)
        ran = self.run_it("mean", "set.lmdb", "--out", "one.npy", "--binaryproto", "./one.npy", code=1)
        self.assertIn("are one file, expected files of their own", ran.stderr)
        self.run_it("mean", "set.lmdb", "--out", "rgb.npy", "--rgb")
        self.assertTrue(numpy.array_equal(numpy.load(self.path("rgb.npy"))[0], mean[0][::-1]))

    def test_sources_without_a_mean(self):
        self.refuses("neither a folder nor a list", "mean", "nowhere")
        self.put("nothing", "broken", "data.mdb")
        self.refuses("cannot be read", "mean", "broken")
        with lmdb.open(self.path("other.lmdb"), map_size=1 << 20) as database, database.begin(write=True) as write:
            write.put(b"key", RECORDS.Datum(channels=1, height=2, width=2, data=b"1234").SerializeToString())
        self.refuses("holds 4 bytes, expected 3 x 2 x 2", "mean", "other.lmdb")


if __name__ == "__main__":
    (PROTO,) = dataset_case.main(1)
    with tempfile.TemporaryDirectory() as made:
        subprocess.run(["protoc", f"--proto_path={os.path.dirname(PROTO)}", f"--python_out={made}", PROTO], check=True)
        sys.path.insert(0, made)
        import caffe_pb2 as RECORDS  # noqa: N812
        unittest.main(verbosity=2)
