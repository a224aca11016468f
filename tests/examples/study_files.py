#!/usr/bin/env python3
"""The files of cnnpool-study: where it refuses to write, and what is left when it cannot.

    study_files.py PROGRAM
"""
import os
import resource
import shutil
import signal
import stat
import struct
import subprocess
import sys
import unittest
import zlib

import study_case
from study_case import fingerprint

TABLES = ("study.csv", "study.md")
RANKING = ("descriptors.npy", "names.txt", "ranking.csv")


class StudyFiles(study_case.StudyCase):
    def setUp(self):
        super().setUp()
        self.cache = ("--cache", self.path("cache"), "--policies", "gem")

    def bytes_of(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def put(self, data, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "wb") as file:
            file.write(data)

    def everything(self):
        return sorted(os.path.join(d, f) for d, folders, files in os.walk(self.folder) for f in folders + files)

    def limited(self, limit, *options, **choices):
        """Files of the program end at this many bytes, as on a full disk."""
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return subprocess.run(self.command(*options, layers="relu_1", **choices), capture_output=True, text=True,
                              check=False, preexec_fn=small_files)

    def runs(self, *options, **choices):
        ran = self.run_it(*options, layers="relu_1", **choices)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran

    def says(self, ran, sentence):
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertIn(sentence, ran.stderr)
        said = [line for line in ran.stderr.splitlines() if line.startswith("cnnpool-study: ")]
        self.assertEqual(len(said), 1, ran.stderr)
        self.assertEqual(ran.stdout, "", "a table was shown")

    def cached(self, number):
        """The cached file of a photo."""
        name = self.lines[number].split()[0]
        wanted = fingerprint(self.bytes_of("photos", name) + bytes(32)) + ".npy"
        found = [f for f in self.everything() if os.path.basename(f) == wanted]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_no_output_becomes_a_photo(self):
        os.symlink("photos", self.path("link"))
        os.mkdir(self.path("learn"))
        shutil.copy(self.path("photos", "00.ppm"), self.path("learn"))
        self.command()  # writes the list of groups
        before = self.everything()
        for options, out in ((("--out",), "photos"), (("--out",), "photos/jpg"), (("--out",), "photos/ref/deeper"),
                             (("--out",), "photos/query"), (("--out",), "link"), (("--out",), "photos/"),
                             (("--pictures", "photos"), "out"), (("--pictures", "link/jpg/x"), "out"),
                             (("--cache", "photos/jpg"), "out"), (("--train", "learn"), "learn"),
                             (("--train", "learn", "--pictures", "learn/jpg"), "out")):
            given = [self.path(o) if not o.startswith("--") else o for o in options[:] if o != "--out"]
            ran = self.run_it(*given, layers="relu_1", out=out)
            self.says(ran, "is or would become a part of the photos in ")
            self.assertEqual(self.everything(), before, out)
        # Beside them is fine, below them too: a study reads no folders of folders.
        for _ in range(2):
            self.assertIn("descriptors.npy (8 x 8)", self.runs(out="photos/study", truth="none").stdout)

    def test_a_full_disk_is_no_fault_of_a_photo(self):
        self.runs(*self.cache, out="whole")
        whole = self.rows("whole")
        first_time = os.stat(self.cached(0)).st_mtime_ns
        for number in (3, 4, 6):
            os.remove(self.cached(number))
        ran = self.limited(4000, *self.cache)
        self.says(ran, "cannot be written: File too large; the features of 3 of 8 photos are in " + self.path("cache"))
        self.assertIn("0 rows of the table are in " + self.path("out"), ran.stderr)
        self.assertIn("the same command goes on from there when that is mended", ran.stderr)
        self.assertNotIn("left out", ran.stderr)
        self.assertEqual(os.listdir(self.path("out")), [])
        self.assertEqual([f for f in self.everything() if f.endswith(".part")], [])
        self.runs(*self.cache)
        for key, row in self.rows().items():
            self.assertEqual(row["map_percent"], whole[key]["map_percent"])
        self.assertEqual(os.stat(self.cached(0)).st_mtime_ns, first_time)
        self.assertEqual(len(self.rows()), len(whole))

    def test_a_file_system_that_is_full(self):
        os.mkdir(self.path("cache"))
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", self.path("cache")], capture_output=True,
            check=False).returncode == 0
        if not mounted:
            print("skipped: example_study_files on a full file system: mounting one is not allowed here")
            return
        self.addCleanup(subprocess.run, ["umount", self.path("cache")], check=True)
        ran = self.run_it(*self.cache, layers="relu_1")
        self.says(ran, "cannot be written: No space left on device; the features of ")
        self.assertRegex(ran.stderr, r"the features of [1-7] of 8 photos are in ")
        subprocess.run(["mount", "-o", "remount,size=1m", self.path("cache")], check=True)
        self.runs(*self.cache)

    def test_a_cache_that_is_closed(self):
        if os.geteuid() == 0:
            print("skipped: example_study_files with a closed cache: nothing is closed for root")
            return
        self.runs(*self.cache)
        folder = os.path.dirname(self.cached(0))
        os.remove(self.cached(2))
        os.chmod(folder, 0o500)
        self.addCleanup(os.chmod, folder, 0o700)
        self.says(self.run_it(*self.cache, layers="relu_1"),
                  "cannot be written: Permission denied; the features of 2 of 8 photos are in ")

    def test_tables_that_cannot_be_written(self):
        self.runs(*self.cache)
        before = {name: self.bytes_of("out", name) for name in TABLES + RANKING}
        ran = self.limited(200, *self.cache)
        self.says(ran, "study.csv cannot be written: File too large; the features of 8 of 8 photos are in ")
        self.assertEqual({name: self.bytes_of("out", name) for name in before}, before)
        self.assertEqual(sorted(os.listdir(self.path("out"))), sorted(before))
        # One of the ranking's files cannot be written: none of them is.
        self.says(self.limited(1200, *self.cache, out="new"), "ranking.csv cannot be written: File too large; ")
        self.assertEqual(sorted(os.listdir(self.path("new"))), sorted(TABLES))
        self.says(self.run_it(*self.cache, layers="relu_1", out="groups.txt/out"), "cannot be made: Not a directory; ")

    def test_places_are_tried_before_the_work(self):
        for option, name, make, sentence in (
                ("--out", "names.txt", os.mkdir, "names.txt cannot be written: Is a directory"),
                ("--out", "query_names.txt", lambda path: os.symlink("none/x", path),
                 "query_names.txt cannot be written: No such file or directory"),
                ("--pictures", "matches.png", os.mkfifo, "matches.png is a pipe, expected a place for a file"),
                ("--pictures", "regions_4.png", os.mkdir, "regions_4.png cannot be written: Is a directory")):
            folder = self.path(option[2:] + name)
            os.mkdir(folder)
            make(os.path.join(folder, name))
            command = self.command(*self.cache, "--pictures", self.path("p"), layers="relu_1")
            command[command.index(option) + 1] = folder
            ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            self.says(ran, sentence)
            self.assertEqual(os.listdir(folder), [name])
            self.assertFalse(os.path.exists(self.path("cache")))

    def test_files_of_others_are_not_overwritten(self):
        for name in TABLES + RANKING + ("query_descriptors.npy", "query_names.txt"):
            self.put(b"mine", "out", name)
            self.says(self.run_it(layers="relu_1"), f"--out: {self.path('out', name)} is there, and no earlier study")
            self.assertEqual(self.bytes_of("out", name), b"mine")
            self.assertEqual(os.listdir(self.path("out")), [name])
            os.remove(self.path("out", name))
        for name in ("matches.png", "map_by_dimension.png", "saliency_crow_1.png", "regions_4.png"):
            self.put(b"\x89PNG of mine", "pictures", name)
            self.says(self.run_it("--pictures", self.path("pictures"), layers="relu_1"),
                      f"--pictures: {self.path('pictures', name)} is there, and no earlier study wrote it")
            self.assertEqual(self.bytes_of("pictures", name), b"\x89PNG of mine")
            os.remove(self.path("pictures", name))
        self.put(b"notes", "out", "notes.txt")
        for _ in range(2):  # its own are written again
            self.runs("--pictures", self.path("pictures"))
        self.assertEqual(self.bytes_of("out", "notes.txt"), b"notes")

    def test_pictures_say_who_drew_them(self):
        self.runs("--pictures", self.path("pictures"))
        data = self.bytes_of("pictures", "matches.png")
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        at, chunks = 8, []
        while at < len(data):
            length = struct.unpack(">I", data[at:at + 4])[0]
            chunk = data[at + 4:at + 8 + length]
            self.assertEqual(struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0], zlib.crc32(chunk))
            chunks.append(chunk)
            at += 12 + length
        self.assertEqual(chunks[1], b"tEXtSoftware\0cnnpool-study")
        self.assertEqual((chunks[0][:4], chunks[2][:4], chunks[-1]), (b"IHDR", b"IDAT", b"IEND"))

    def test_links_and_modes_stay(self):
        self.runs(*self.cache)
        os.rename(self.path("out", "study.csv"), self.path("table.csv"))
        os.symlink(self.path("table.csv"), self.path("out", "study.csv"))
        os.chmod(self.path("table.csv"), 0o600)
        with open(self.path("table.csv"), "a", encoding="ascii") as file:
            file.write("an old row\n")
        self.runs(*self.cache)
        self.assertTrue(os.path.islink(self.path("out", "study.csv")))
        self.assertNotIn(b"an old row", self.bytes_of("table.csv"))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("table.csv")).st_mode), 0o600)

    def test_standard_output_that_is_full(self):
        if not os.path.exists("/dev/full"):
            print("skipped: example_study_files with a full standard output: there is no /dev/full")
            return
        with open("/dev/full", "w", encoding="ascii") as full:
            ran = subprocess.run(self.command(*self.cache, layers="relu_1"), stdout=full, stderr=subprocess.PIPE,
                                 text=True, check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("cnnpool-study: standard output cannot be written: No space left on device", ran.stderr)


if __name__ == "__main__":
    study_case.PROGRAM = sys.argv[1]
    unittest.main(argv=sys.argv[:1])
