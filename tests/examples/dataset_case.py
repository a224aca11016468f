"""What the tests of cnnpool-dataset share: photos, and a program that is run on them."""
import hashlib
import io
import os
import re
import shutil
import sys
import tempfile
import unittest

import numpy
from PIL import Image

import forked

SEED = int(os.environ.get("CNNPOOL_TEST_SEED", "1"))
PROGRAM = None


def pixels(number, height=96, width=128):
    """A photo with something everywhere: smooth shapes and noise, another one for every number."""
    random = numpy.random.RandomState(SEED + number)
    y, x = numpy.mgrid[0:height, 0:width]
    out = numpy.zeros((height, width, 3))
    for c in range(3):
        a, b, p = random.uniform(.02, .2, 3)
        out[..., c] = 128 + 60 * numpy.sin(a * x + 9 * p) + 40 * numpy.cos(b * y + 20 * p)
    return numpy.clip(out + random.normal(0, 12, out.shape), 0, 255).astype(numpy.uint8)


def jpeg(number, height=96, width=128, **options):
    out = io.BytesIO()
    Image.fromarray(pixels(number, height, width)).save(out, "JPEG", quality=90, **options)
    return out.getvalue()


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


class DatasetCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="cnnpool_dataset_")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def put(self, data, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return self.path(*names)

    def text(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def photos(self, classes, root="photos"):
        """classes: name -> how many. All different."""
        number = 0
        for name, count in classes.items():
            os.makedirs(self.path(root, name), exist_ok=True)
            for i in range(count):
                self.put(jpeg(number, 40, 48), root, name, f"photo {i}.jpg")
                number += 1
        return self.path(root)

    def everything(self, *names):
        """Every file below a folder with its contents."""
        out = {}
        for folder, _, files in os.walk(self.path(*names)):
            for file in files:
                path = os.path.join(folder, file)
                with open(path, "rb") as data:
                    out[os.path.relpath(path, self.path(*names))] = hashlib.sha256(data.read()).hexdigest()
        return out

    def run_it(self, *arguments, code=0, **options):
        ran = forked.run([PROGRAM, *arguments], cwd=self.folder, **options)
        self.assertEqual(ran.returncode, code, f"{arguments}: {ran.stdout}{ran.stderr}")
        return ran

    def refuses(self, sentence, *arguments, **options):
        ran = self.run_it(*arguments, code=1, **options)
        self.assertIn(sentence, ran.stderr)
        said = [line for line in ran.stderr.splitlines() if not re.fullmatch(r"\w+: \d+", line)]  # progress
        self.assertEqual(len(said), 1, ran.stderr)
        self.assertEqual(ran.stdout, "")
        return said[0]


def main(arguments):
    global PROGRAM
    PROGRAM = os.path.abspath(sys.argv[1])
    print(f"seed {SEED} (CNNPOOL_TEST_SEED)")
    rest = sys.argv[2:2 + arguments]
    del sys.argv[1:2 + arguments]
    return rest
