"""Make ``colour_detector.tflite``, a detector of coloured squares for the tests.

The network knows red (plastic), blue (metal) and green (wood). It looks at cells of
8 px of a square of 64 px and says, of each, how much of that colour it holds; the box
is the cell, grown by 1 px on every side. Run it again only to change the file:

    python tests/core/detection/make_colour_detector.py
"""

import tempfile
from pathlib import Path

import numpy as np

SIDE_PX = 64
CELL_PX = 8
CATEGORIES = ("plastic", "metal", "wood")


def main():
    import tensorflow as tf

    n = SIDE_PX // CELL_PX
    top, left = np.mgrid[0:n, 0:n].reshape(2, -1) * CELL_PX
    cells = np.stack([left - 1, top - 1, left + CELL_PX + 1, top + CELL_PX + 1], 1)
    boxes = tf.constant(cells[None].astype(np.float32))

    class Detector(tf.Module):
        @tf.function(
            input_signature=[
                tf.TensorSpec((1, SIDE_PX, SIDE_PX, 3), tf.float32, name="pixels")
            ]
        )
        def serve(self, pixels):
            means = tf.nn.avg_pool2d(pixels / 255.0, CELL_PX, CELL_PX, "VALID")
            red, green, blue = tf.split(tf.reshape(means, (1, n * n, 3)), 3, axis=2)
            scores = tf.nn.relu(
                tf.concat(
                    [
                        red - tf.maximum(green, blue),
                        blue - tf.maximum(red, green),
                        green - tf.maximum(red, blue),
                    ],
                    axis=2,
                )
            )
            return {"boxes": boxes + 0.0 * scores[:, :, :1], "scores": scores}

    detector = Detector()
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(
            detector, folder, signatures={"serving_default": detector.serve}
        )
        model = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    Path(__file__).with_name("colour_detector.tflite").write_bytes(model)


if __name__ == "__main__":
    main()
