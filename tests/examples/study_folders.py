#!/usr/bin/env python3
"""cnnpool-study on folders as users have them: stray files, links, odd names, broken photos, ground truth of every
editor. What is no photo changes no number.

    study_folders.py PROGRAM
"""
import json
import os
import pickle
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

import numpy as np

import study_case
from study_case import picture, png_with_alpha, ppm

SEED = int(os.environ.get("CNNPOOL_TEST_SEED", "1"))
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class StudyFolders(study_case.StudyCase):
    def maps(self, out="out"):
        return {key: row["map_percent"] for key, row in self.rows(out).items()}

    def refuses(self, sentence, *options, **choices):
        ran = self.study(*options, code=1, **choices)
        self.assertIn(sentence, ran.stderr)
        self.assertNotIn("Assertion", ran.stderr)
        return ran

    def places(self):
        """query/ and ref/ and what matches."""
        for group in (0, 1):
            for number in range(4):
                self.put(ppm(picture(group, number)), "photos", "ref" if number else "query", f"{group}{number}.ppm")
        return "matches:" + self.put("0: 0 1 2\n1: 3 4 5\n", "gnd.txt")

    def test_strays_do_not_shift_the_numbers(self):
        truth = self.places()
        self.study(truth=truth)
        clean = self.maps()
        for name in (".DS_Store", "Thumbs.db", "0.txt", "._01.ppm"):
            self.put(b"\0\5\x16\7 no picture", "photos", "ref", name)
        os.mkdir(self.path("photos", "ref", "00 folder.jpg"))
        os.symlink("nowhere", self.path("photos", "ref", "00 link"))
        os.symlink("00 loop", self.path("photos", "ref", "00 loop"))
        ran = self.study(truth=truth, out="strays")
        self.assertEqual(self.maps("strays"), clean)
        self.assertIn("passed over in " + self.path("photos", "ref") + ": 1 folder (00 folder.jpg), 2 links to nowhere "
                      "(00 link, 00 loop), 4 files that are no pictures (.DS_Store, ._01.ppm, 0.txt, ...)", ran.stderr)
        # A photo that is broken keeps its place.
        self.put(b"no photo", "photos", "ref", "02.ppm")
        self.put(b"", "photos", "ref", "13.ppm")
        ran = self.study(truth=truth, out="broken", code=3)
        self.assertIn("left out: ref/02.ppm: is no picture that OpenCV decodes\nleft out: ref/13.ppm: is empty\n",
                      ran.stderr)
        self.put("0: 0 1\n1: 2 3\n", "gnd.txt")
        os.remove(self.path("photos", "ref", "02.ppm"))
        os.remove(self.path("photos", "ref", "13.ppm"))
        self.study(truth=truth, out="without")
        self.assertEqual(self.maps("without"), self.maps("broken"))
        self.put("0: 0 1\n1: 2 4\n", "gnd.txt")
        self.refuses("gnd.txt:2: reference 4, expected 0 to 3", truth=truth)
        # A photo whose link leads nowhere is none; where photos are counted, the numbers behind it would be others'.
        os.symlink("nowhere", self.path("photos", "ref", "02.ppm"))
        self.refuses("counts the photos of " + self.path("photos", "ref") + ", where 02.ppm is a link to nowhere, "
                     "expected a photo", truth=truth)

    def test_a_link_to_nowhere_is_no_photo(self):
        os.symlink("nowhere", self.path("photos", "04.ppm"))
        ran = self.study(truth="none")
        self.assertIn("passed over in " + self.path("photos") + ": 1 link to nowhere (04.ppm)\n", ran.stderr)
        with open(self.path("out", "names.txt"), encoding="ascii") as file:
            self.assertEqual(file.read().split(), [f"{g}{n}.ppm" for g in (0, 1) for n in range(4)])
        # What a list of groups names is missed, though.
        self.lines.append("04.ppm group0")
        self.assertIn("left out: 04.ppm: is a link to nowhere\n", self.study(code=3).stderr)

    def test_a_name_that_no_line_holds(self):
        for name in ("a\nb.ppm", "a\rb.ppm"):
            self.put(ppm(picture(0, 9)), "photos", name)
            ran = self.refuses("a b.ppm: a list cannot hold a name with a line break", truth="none")
            self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
            self.assertFalse(os.path.exists(self.path("out")))
            os.remove(self.path("photos", name))
        self.put(b"text", "photos", "two\nlines.txt")
        self.assertIn("1 file that is no picture (two lines.txt)\n", self.study(truth="none").stderr)

    def test_random_folders(self):
        self.study()
        clean = self.maps()
        rng = random.Random(SEED)
        for turn in range(3):
            folder = self.path(f"dirty{turn}")
            os.makedirs(os.path.join(folder, "jpg"))
            os.makedirs(self.path("attic"), exist_ok=True)
            lines, odd = [], ["a b", "x,y", 'say "no"', "\u00fcber", "(1)", "#1", "-rf"]
            for line in self.lines:
                name, group = line.split()
                new = name.removesuffix(".ppm") + rng.choice(odd) + ".ppm"
                target = os.path.join(folder, "jpg", new)
                if rng.random() < 0.3:
                    shutil.copy(self.path("photos", name), self.path("attic", f"{turn}{name}"))
                    os.symlink(self.path("attic", f"{turn}{name}"), target)
                else:
                    shutil.copy(self.path("photos", name), target)
                listed = new.removesuffix(".ppm") if rng.random() < 0.3 else new
                lines.append(f"{listed}\t{group}")
            good = png_with_alpha(picture(0, 9))
            broken = {"cut.png": good[:60], "cut.jpg": b"\xff\xd8\xff\xe0\0\4ab\xff\xda\0\3abc", "none.jpg": None,
                      "text.jpg": b"text", "empty.png": b""}
            broken = dict(rng.sample(sorted(broken.items()), rng.randint(0, 5)))
            for name, data in broken.items():
                if data is not None:
                    self.put(data, f"dirty{turn}", "jpg", name)
                lines.insert(rng.randrange(len(lines) + 1), f"{name}\tgroup{rng.randint(0, 1)}")
            for name in rng.sample([".DS_Store", "Thumbs.db", "._1.jpg", "notes.txt", "unnamed.ppm"], 3):
                self.put(ppm(picture(1, 7)) if name.endswith(".ppm") else b"stray", f"dirty{turn}", "jpg", name)
            if rng.random() < 0.5:
                os.mkfifo(os.path.join(folder, "jpg", "fifo.jpg"))
            text = ("\ufeff" if rng.random() < 0.5 else "") + rng.choice(["\n", "\r\n"]).join(lines)
            truth = self.put(text, f"dirty{turn}", "groups.txt")
            command = self.command("--policies", "gem", layers="relu_1", truth="groups:" + truth, out=f"out{turn}")
            command[command.index("--photos") + 1] = folder
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(ran.returncode, 3 if broken else 0, f"seed {SEED}, turn {turn}: {ran.stderr}")
            self.assertEqual(ran.stderr.count("left out: "), len(broken), ran.stderr)
            kept = {k: v for k, v in clean.items()}
            self.assertEqual(self.maps(f"out{turn}"), kept, f"seed {SEED}, turn {turn}")

    def test_photos_that_the_list_does_not_name(self):
        self.lines = [line for line in self.lines if not line.startswith("03")]
        ran = self.study()
        self.assertIn("1 photo (03.ppm) of " + self.path("photos") + " not named by " + self.path("groups.txt"),
                      ran.stderr)

    def test_a_photo_is_listed_once(self):
        self.lines.append("00 group1")
        self.refuses('"00" is 00.ppm, which is in the list already')

    def test_boxes_that_are_none(self):
        def oxford(box):
            for kind, text in (("query", f"oxc1_00.ppm {box}"), ("good", "01\n02"), ("ok", ""), ("junk", "00")):
                self.put(text + "\n", "gt", f"place_1_{kind}.txt")
            return "oxford:" + self.path("gt")
        at = "place_1_query.txt:1: "
        self.refuses(at + "the box 30 30 2 2, expected x0 y0 x1 y1", truth=oxford("30 30 2 2"))
        for word in ("nan", "inf", "0x10"):
            self.refuses(at + f'"{word}", expected a number', truth=oxford(f"0 0 {word} 9"))
        # The only query is broken: the photo is named.
        ran = self.refuses("0 of 1 queries are left with a photo to find; place_1: is 32 x 32, its box 40 40 50 50 "
                           "lies outside (" + self.path("gt", "place_1_query.txt") + ":1)", truth=oxford("40 40 50 50"))
        self.assertNotIn("mean_of", ran.stderr)
        self.refuses("its box 1e+30 0 2e+30 9 lies outside", truth=oxford("1e30 0 2e30 9"))
        self.study(truth=oxford("-1e30 -5 1e30 20"))

    def test_boxes_of_the_database(self):
        self.study()
        boxes = self.put("00 0 0 16 16\n\"01.ppm\" 8 8 32 32\n", "boxes.txt")
        self.study("--boxes", boxes, out="boxes", truth="none")
        cut = np.load(self.path("boxes", "descriptors.npy"))
        whole = np.load(self.path("out", "descriptors.npy"))
        same = [bool(np.array_equal(a, b)) for a, b in zip(cut, whole)]
        self.assertEqual(same, [False, False] + 6 * [True])
        self.refuses("boxes.txt:1: the box 0.1 0.2 0.8 0.9 is in shares of the photo's sides", "--boxes",
                     self.put("00 0.1 0.2 0.8 0.9", "boxes.txt"))
        self.refuses("boxes.txt:1: \"99\" is not one of the 8 images", "--boxes", self.put("99 0 0 1 1", "boxes.txt"))
        self.refuses("boxes.txt:2: \"00.ppm\" is in ", "--boxes", self.put("00 0 0 1 1\n00.ppm 0 0 1 1", "boxes.txt"))

    def test_a_pickle_becomes_json(self):
        arrays = {"imlist": ["00", "01", "02", "10"], "qimlist": ["00"],
                  "gnd": [{"bbx": [1, 1, 31.5, 31], "easy": np.array([1]), "hard": [2], "junk": [np.int64(0)]}]}
        gnd = self.put(pickle.dumps(arrays, protocol=2), "gnd.pkl")
        self.refuses("gnd.pkl is a pickle of Python, expected text or JSON; scripts/revisited_json turns one into JSON",
                     truth="revisited:" + gnd)
        script = [sys.executable, os.path.join(REPOSITORY, "scripts", "revisited_json")]
        made = subprocess.run([*script, gnd], capture_output=True, text=True, check=True).stdout
        self.assertEqual(json.loads(made)["gnd"], [{"bbx": [1, 1, 31.5, 31], "easy": [1], "hard": [2], "junk": [0]}])
        ran = self.run_it("--policies", "gem", layers="relu_1", truth="revisited:" + self.put(made, "gnd.json"))
        self.assertTrue(ran.returncode == 0 or "built without nlohmann/json" in ran.stderr, ran.stderr)
        for protocol in range(6):
            arrays["gnd"][0]["hard"] = np.array([], dtype=int)
            self.put(pickle.dumps(arrays, protocol=protocol), "gnd.pkl")
            made = subprocess.run([*script, gnd], capture_output=True, text=True, check=True).stdout
            self.assertEqual(json.loads(made)["gnd"], [{"bbx": [1, 1, 31.5, 31], "easy": [1], "hard": [], "junk": [0]}])
        # An address instead of a Python object, which NumPy would follow.
        self.put(pickle.dumps(np.zeros(1, "V8"), protocol=2).replace(b"V8", b"O8"), "gnd.pkl")
        ran = subprocess.run([*script, gnd], capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("it holds an array of 'O8', expected numbers", ran.stderr)
        self.put(b"cos\nsystem\n(S'exit 7'\ntR.", "gnd.pkl")
        ran = subprocess.run([*script, gnd], capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("it holds os.system, expected lists", ran.stderr)

    def test_ground_truth_of_other_editors(self):
        self.study()
        clean = self.maps()
        text = "\n".join(self.lines)
        for kind, data in (("mark", b"\xef\xbb\xbf" + text.encode()), ("crlf", text.replace("\n", "\r\n").encode()),
                           ("stems", text.replace(".ppm", "").encode())):
            self.study(truth="groups:" + self.put(data, kind + ".txt"), out=kind)
            self.assertEqual(self.maps(kind), clean, kind)
        self.refuses("is UTF-16, expected UTF-8", truth="groups:" + self.put(text.encode("utf-16"), "wide.txt"))

    def test_few_photos_and_dead_layers(self):
        # Rank 7 of 8 photos: the reduced columns have 7 dimensions, and say so.
        ran = self.study(dimensions=100)
        for projection in ("pca", "whitened", "whitened_full"):
            self.assertEqual(self.rows()["relu_1", "gem", projection]["dimensions"], "7")
        sentence = ("PCA and whitened have 7 dimensions instead of 100, the rank of 8 descriptors of 8 components: "
                    "net relu_1 gem")
        self.assertIn(sentence, ran.stdout)
        with open(self.path("out", "study.md"), encoding="ascii") as file:
            page = file.read()
        self.assertIn("* " + sentence + "\n", page)
        self.assertRegex(page, r" \| [\d.]+ / [\d.]+ \(7\) \| [\d.]+ / [\d.]+ \(7\) \| ")
        # One photo eight times: nothing to learn, and the other columns are there.
        self.lines = []
        for number in range(8):
            self.photo(f"same{number}.ppm", ppm(picture(0, 0)), f"group{number % 2}")
        ran = self.study(out="same")
        self.assertIn("no projection: the descriptors to learn it on are all alike: net relu_1 gem", ran.stdout)
        self.assertEqual(list(self.rows("same")), [("relu_1", "gem", "none")])
        ran = self.study("--train", self.path("photos"), "--policies", "rmac-whitened,rmac", out="train")
        self.assertIn(("relu_1", "rmac-whitened", "none"), self.rows("train"))
        # A photo of one colour gives no regions to whiten; that row is missing, and said.
        os.mkdir(self.path("flat"))
        for number in range(3):
            self.put(ppm(np.full((32, 32, 3), 0)), "flat", f"{number}.ppm")
        ran = self.study("--train", self.path("flat"), "--policies", "rmac-whitened,rmac", out="flat_out")
        self.assertIn("no row of relu_1 rmac-whitened: fit_pca_whitening", ran.stdout)
        self.assertIn("no projection: the descriptors to learn it on are all alike: net relu_1 ", ran.stdout)

    def test_an_interrupted_run_says_how_far_it_came(self):
        for number in range(10, 300):
            self.photo(f"0{number}.ppm", ppm(picture(0, number)), "group0")
        command = self.command("--policies", "gem", "--cache", self.path("cache"), layers="relu_1", side=64)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            for _ in range(2000):
                if sum(len(files) for _, _, files in os.walk(self.path("cache"))) > 3:
                    break
                time.sleep(0.005)
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=60)
        self.assertEqual(running.returncode, -signal.SIGINT, said)
        found = re.search(r"cnnpool-study: interrupted; the features of (\d+) of 298 photos are in (\S+), 0 rows of "
                          r"the table are in \S+, and the same command goes on from there\n", said)
        self.assertTrue(found, said)
        self.assertEqual(sum(len(files) for _, _, files in os.walk(self.path("cache"))), int(found.group(1)))
        self.assertEqual(found.group(2), self.path("cache"))
        # Nor does a run that is killed leave anything that the next one trips over.
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            time.sleep(0.3)
            running.kill()
        again = self.run_it("--policies", "gem", "--cache", self.path("cache"), layers="relu_1", side=64)
        self.assertEqual(again.returncode, 0, again.stderr)
        left = [f for folder, _, files in os.walk(self.folder) for f in files if f.endswith(".part")]
        self.assertEqual(left, [])


if __name__ == "__main__":
    study_case.PROGRAM = sys.argv[1]
    print(f"seed {SEED} (CNNPOOL_TEST_SEED)")
    unittest.main(argv=sys.argv[:1])
