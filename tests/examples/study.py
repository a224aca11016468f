#!/usr/bin/env python3
"""cnnpool-study on photos and a network that this test makes, and on a small real set where there is one.

    study.py PROGRAM SHARED_DATA
"""
import csv
import json
import os
import shutil
import subprocess
import sys
import unittest

import numpy as np

import study_case
from study_case import fingerprint, picture, png_with_alpha, ppm

DATA = ""


class Study(study_case.StudyCase):
    def test_table(self):
        ran = self.run_it("--pictures", self.path("pictures"))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        rows = self.rows()
        # Three maps with 7 policies, three vectors with one; each raw, PCA, whitened, whitened at full rank.
        self.assertEqual(len(rows), (3 * 7 + 3) * 4)
        self.assertEqual(rows["relu_1", "sum", "none"]["dimensions"], "8")
        self.assertEqual(rows["relu_1", "rmac+max", "none"]["dimensions"], "16")
        self.assertEqual(rows["conv_1", "gem", "pca"]["dimensions"], "4")
        self.assertEqual(rows["relu_1", "max", "none"]["map"], "8x16x16")
        self.assertEqual(rows["fullyConnected_2", "none", "none"]["map"], "16x1x1")
        self.assertGreater(float(rows["relu_1", "gem", "none"]["map_percent"]), 80)
        for row in rows.values():
            self.assertLessEqual(float(row["map_percent"]), float(row["rectangular_map_percent"]) + 1e-9)
        # The trap: before and after the ReLU differ, and the rectified reading of "before" is "after".
        before, read, after = (rows[layer, "none", "none"]["map_percent"]
                               for layer in ("fullyConnected_2", "fullyConnected_2+relu", "relu_3"))
        self.assertEqual(read, after)
        self.assertNotEqual(rows["conv_1", "sum", "none"]["map_percent"],
                            rows["conv_1+relu", "sum", "none"]["map_percent"])
        self.assertTrue(before)
        with open(self.path("out", "study.md"), encoding="ascii") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), 2 + 3 * 7 + 3)
        cells = {tuple(line.split(" | ")[i] for i in (1, 3)): line.split(" | ") for line in lines[2:]}
        for line in lines:
            self.assertEqual(line.count("|"), 13, line)
        for place, projection in ((8, "pca"), (10, "whitened_full")):
            row = rows["relu_1", "gem", projection]
            cell = f"{float(row['map_percent']):.1f} / {float(row['hit_at_1_percent']):.1f}"
            self.assertEqual(cells["relu_1", "gem"][place],
                             cell + (f" ({row['dimensions']})" if projection == "whitened_full" else ""))
        self.assertLessEqual({"matches.png", "map_by_dimension.png", "time_by_policy.png"},
                             set(os.listdir(self.path("pictures"))))

    def test_descriptors_and_ranking_without_ground_truth(self):
        ran = self.run_it("--policies", "gem", "--pictures", self.path("pictures"), layers="relu_1", truth="none")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("relu_1, gem: " + self.path("out") + "/descriptors.npy (8 x 8), names.txt, ranking.csv",
                      ran.stdout)
        self.assertRegex(ran.stdout, r"net: \d+ ms per forward pass\n")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["cache", "descriptors.npy", "names.txt", "ranking.csv"])
        self.assertEqual({"matches.png"} | {f"{kind}_{k}.png" for k in (1, 2, 3, 4)
                                            for kind in ("saliency_crow", "saliency_spoc", "regions")},
                         set(os.listdir(self.path("pictures"))))
        rows = np.load(self.path("out", "descriptors.npy"))
        self.assertEqual(rows.shape, (8, 8))
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        with open(self.path("out", "names.txt"), encoding="ascii") as file:
            names = file.read().split()
        self.assertEqual(names, sorted(os.listdir(self.path("photos"))))
        with open(self.path("out", "ranking.csv"), encoding="ascii", newline="") as file:
            ranking = list(csv.DictReader(file))
        self.assertEqual(len(ranking), 8 * 7)
        cosines = rows @ rows.T
        for q, name in enumerate(names):
            mine = [r for r in ranking if r["query"] == name]
            self.assertEqual([r["rank"] for r in mine], [str(k) for k in range(1, 8)])
            self.assertNotIn(name, [r["photo"] for r in mine])
            expected = np.sort(np.delete(cosines[q], q))[::-1]
            np.testing.assert_allclose([float(r["cosine"]) for r in mine], expected, atol=2e-6)

    def test_everything_again_in_numpy(self):
        """Reading, the first convolution, its ReLU, the sum, the search and mAP; the cache holds the activations."""
        self.assertEqual(self.run_it(layers="relu_1").returncode, 0)
        files = {f: os.path.join(d, f) for d, _, found in os.walk(self.path("out", "cache")) for f in found}
        random = np.random.default_rng(1)
        bias, weights = random.normal(0, 0.1, 8), random.normal(0, 0.2, (8, 3, 3, 3))
        sums, groups = [], []
        for line in self.lines:
            name, group = line.split()
            with open(self.path("photos", name), "rb") as file:
                data = file.read()
            pixels = np.frombuffer(data[-32 * 32 * 3:], np.uint8).reshape(32, 32, 3) * 0.00392
            padded = np.pad(pixels.transpose(2, 0, 1), ((0, 0), (1, 1), (1, 1)))
            maps = np.empty((8, 16, 16))
            for i in range(16):
                for j in range(16):
                    window = padded[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
                    maps[:, i, j] = np.maximum((weights * window).sum(axis=(1, 2, 3)) + bias, 0)
            np.testing.assert_allclose(np.load(files[fingerprint(data + bytes(32)) + ".npy"])[0], maps, atol=1e-4)
            sums.append(maps.sum(axis=(1, 2)))
            groups.append(group)
        x = np.asarray(sums) / np.linalg.norm(sums, axis=1, keepdims=True)
        precision = []
        for q, own in enumerate(groups):
            ranked = [i for i in np.argsort(-(x @ x[q]), kind="stable") if i != q]
            found = [r for r, i in enumerate(ranked) if groups[i] == own]
            areas = [((1 if r == 0 else j / r) + (j + 1) / (r + 1)) / 2 for j, r in enumerate(found)]
            precision.append(np.mean(areas))
        said = float(self.rows()["relu_1", "sum", "none"]["map_percent"])
        self.assertAlmostEqual(said, 100 * np.mean(precision), places=3)

    def test_an_interrupted_run_goes_on(self):
        self.assertEqual(self.run_it(layers="relu_1").returncode, 0)
        first = self.rows()
        files = sorted(os.path.join(d, f) for d, _, found in os.walk(self.path("out", "cache")) for f in found)
        times = [os.stat(f).st_mtime_ns for f in files]
        os.remove(files[3])
        with open(files[5], "r+b") as file:
            file.truncate(300)
        ran = self.run_it(layers="relu_1")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        again = self.rows()
        for key, row in first.items():
            self.assertEqual(row["map_percent"], again[key]["map_percent"])
        same = [os.stat(f).st_mtime_ns == t for f, t in zip(files, times)]
        self.assertEqual([i for i, s in enumerate(same) if not s], [3, 5])
        self.assertNotIn("per forward pass", self.run_it(layers="relu_1").stdout)

    def test_photos_that_cannot_be_used(self):
        good = picture(0, 9)
        self.photo("grey.pgm", b"P5 32 32 255\n" + good[:, :, 0].astype(np.uint8).tobytes(), "group0")
        self.photo("alpha.png", png_with_alpha(good), "group0")
        self.photo("pixel.ppm", ppm(good[:1, :1]), "group0")  # enlarged to the side that was asked for
        self.photo("text.jpg", b"this is no photo", "group0")
        self.photo("empty.jpg", b"", "group0")
        self.photo("cut.jpg", b"\xff\xd8\xff\xe0\0\4ab\xff\xda\0\3abcdef", "group0")
        self.photo("cut.png", png_with_alpha(good)[:60], "group0")
        self.photo("huge.ppm", b"P6 100000 100000 255\nabc", "group0")
        self.lines.append("missing.jpg group1")
        ran = self.run_it("--pictures", self.path("pictures"), layers="relu_1")
        self.assertEqual(ran.returncode, 3, ran.stderr)
        left_out = sorted(line.split(": ")[1] for line in ran.stderr.splitlines() if line.startswith("left out: "))
        self.assertEqual(left_out, ["cut.jpg", "cut.png", "empty.jpg", "huge.ppm", "missing.jpg", "text.jpg"])
        self.assertIn("left out: cut.jpg: is truncated: the JPEG's end marker is missing", ran.stderr)
        self.assertIn("6 photos were left out", ran.stderr)
        with_broken = self.rows()
        # They count as if they were not there.
        self.lines = [line for line in self.lines if line.split()[0] not in left_out]
        self.assertEqual(self.run_it(layers="relu_1", out="without").returncode, 0)
        for key, row in self.rows("without").items():
            if key[2] == "none":
                self.assertEqual(row["map_percent"], with_broken[key]["map_percent"])

    def test_several_scales_and_another_set_to_learn_on(self):
        ran = self.run_it("--scales", "1,0.7071,0.5", "--train", self.path("photos"), layers="relu_1", out="scales")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        files = [f for d, _, found in os.walk(self.path("scales", "cache")) for f in found]
        self.assertEqual(len(files), 3 * 8)  # the training photos are the same ones
        self.assertEqual(self.rows("scales")["relu_1", "gem", "whitened"]["dimensions"], "4")

    def test_matches_and_revisited(self):
        for part in ("query", "ref"):
            os.mkdir(self.path("photos", part))
        for group in (0, 1):
            shutil.copy(self.path("photos", f"{group}0.ppm"), self.path("photos", "query"))
            for number in (1, 2, 3):
                shutil.copy(self.path("photos", f"{group}{number}.ppm"), self.path("photos", "ref"))
        with open(self.path("gnd.txt"), "w", encoding="ascii") as file:
            file.write("0: 0 1 2\n1: 3 4 5\n")
        ran = self.run_it(layers="relu_1", truth="matches:" + self.path("gnd.txt"))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(("relu_1", "gem", "none"), self.rows())
        with open(self.path("revisited.txt"), "w", encoding="ascii") as file:
            file.write("00 box 2 2 30 30\n00 easy 01\n00 hard 02 03\n00 junk 00\n10 easy 11\n10 junk 10\n")
        ran = self.run_it(layers="relu_1", truth="revisited:" + self.path("revisited.txt"), out="revisited")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        row = self.rows("revisited")["relu_1", "gem", "none"]
        for name in ("easy_map", "easy_mp10", "medium_map", "medium_mp10", "hard_map", "hard_mp10"):
            self.assertTrue(0 <= float(row[name]) <= 100)

    def test_oxford_and_revisited_json(self):
        os.mkdir(self.path("gt"))
        for group in (0, 1):
            for kind, text in (("query", f"oxc1_{group}0 1 1 31 31"), ("good", f"{group}1\n{group}2"),
                               ("ok", f"{group}3"), ("junk", f"{group}0")):
                with open(self.path("gt", f"place_{group}_{kind}.txt"), "w", encoding="ascii") as file:
                    file.write(text + "\n")
        ran = self.run_it(layers="relu_1", truth="oxford:" + self.path("gt"), out="oxford")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertTrue(0 <= float(self.rows("oxford")["relu_1", "gem", "none"]["map_percent"]) <= 100)
        truth = {"imlist": ["00", "01", "02", "03", "10", "11", "12", "13"], "qimlist": ["00", "10"],
                 "gnd": [{"bbx": [1, 1, 31, 31], "easy": [1, 2], "hard": [3], "junk": [0]},
                         {"bbx": [1, 1, 31, 31], "easy": [5, 6, 7], "hard": [], "junk": [4]}]}
        with open(self.path("gnd.json"), "w", encoding="ascii") as file:
            json.dump(truth, file)
        ran = self.run_it(layers="relu_1", truth="revisited:" + self.path("gnd.json"), out="json")
        if "built without nlohmann/json" in ran.stderr:
            print("skipped: example_study with JSON: nlohmann/json is not installed")
            return
        self.assertEqual(ran.returncode, 0, ran.stderr)
        # Medium asks what the Oxford files asked.
        self.assertEqual(self.rows("json")["relu_1", "gem", "none"]["medium_map"],
                         self.rows("oxford")["relu_1", "gem", "none"]["map_percent"])
        # The query without hard images is left out of the mean of the hard protocol, so it stays a number.
        self.assertTrue(0 <= float(self.rows("json")["relu_1", "gem", "none"]["hard_map"]) <= 100)

    def test_bad_arguments(self):
        for layers, truth, sentence in (
            ("relu_9", None, "has no layer \"relu_9\""),
            ("relu_1", "groups:/none", "read_groups: /none cannot be opened"),
            ("relu_1", "gnd.txt", "expected groups:FILE, matches:FILE"),
        ):
            ran = self.run_it(layers=layers, truth=truth)
            self.assertEqual(ran.returncode, 1)
            self.assertIn(sentence, ran.stderr)
        self.assertIn("--side: -1, expected at least 1", self.run_it(side=-1).stderr)
        os.remove(self.path("net.weights"))
        self.assertIn("is no file", self.run_it(layers="relu_1").stderr)

    def test_list_of_layers(self):
        ran = subprocess.run([study_case.PROGRAM, "--model", self.path("net.cfg"), "--weights",
                              self.path("net.weights"), "--list-layers", "32x32"], capture_output=True, text=True,
                             check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("1 x 12 x 8 x 8", ran.stdout)
        self.assertIn("fullyConnected_2", ran.stdout)

    def test_small_real_set(self):
        photos, models = os.path.join(DATA, "images", "mini13"), os.path.join(DATA, "models")
        if not os.path.isdir(photos) or not os.path.isdir(os.path.join(models, "squeezenet_v1.1_caffe")):
            print(f"skipped: example_study on real photos: {photos} or its network is not there")
            self.skipTest("no data")
        ran = subprocess.run([study_case.PROGRAM, "--photos", photos, "--truth",
                              "groups:" + os.path.join(photos, "groups.txt"), "--models", models, "--network",
                              "squeezenet_v1.1", "--layers", "fire9/concat,relu_conv10,conv10+relu", "--side", "256",
                              "--out", self.path("real")],
                             capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        rows = self.rows("real")
        self.assertGreater(float(rows["fire9/concat", "gem", "none"]["map_percent"]), 90)
        for policy in ("sum", "max", "gem", "spoc", "crow", "rmac"):
            self.assertAlmostEqual(float(rows["relu_conv10", policy, "none"]["map_percent"]),
                                   float(rows["conv10+relu", policy, "none"]["map_percent"]), delta=0.01)


if __name__ == "__main__":
    study_case.PROGRAM, DATA = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
