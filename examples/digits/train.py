#!/usr/bin/env python3
"""Trains a small convolutional network on pictures of digits: an ordinary training script.

    python train.py --optimizer=adam --epochs=12

It knows nothing of Anabranch. It reads the pictures from --data (train/<label>/<number>.png) and writes

    metrics.jsonl                   a line for each epoch: loss and accuracy on the pictures it did not train on, and on
                                    those it did (train_loss, train_accuracy); whoever looks on sees them as curves
    metrics.json                    loss and accuracy at the end
    artifacts/model.json            the network
    artifacts/model.weights.h5      its weights
    config/config.json              what it was asked to do

The same arguments and pictures give the same bytes: everything random is seeded, and TensorFlow is told to be
deterministic and to use one thread, so that several runs share a machine's cores fairly.
"""

import argparse
import json
import os
import pathlib

SEED = 42
CLASSES = 10
PICTURE_SIDE = 8  # pixels
TEST_EVERY = 5  # every fifth picture is for the test

# Before TensorFlow is imported: it reads these then.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its kernels sum in an order that depends on the processor


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimizer", default="adam", help="any that Keras knows: adam, sgd, rmsprop, ...")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("raw"), help="folder of the pictures")
    return parser.parse_args()


def load_pictures(folder):
    """All pictures as an array between 0 and 1, and their labels, in the order of their numbers."""
    import numpy
    from PIL import Image

    files = sorted(folder.glob("train/*/*.png"), key=lambda file: int(file.stem))
    if not files:
        raise SystemExit(f"train.py: there are no pictures in {folder}/train/<label>/")
    pixels = [numpy.asarray(Image.open(file), dtype="float32") / 255 for file in files]
    labels = [int(file.parent.name) for file in files]
    return numpy.stack(pixels)[..., None], numpy.array(labels)


def make_model(optimizer):
    import keras

    model = keras.Sequential(
        [
            keras.Input((PICTURE_SIDE, PICTURE_SIDE, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ],
        name="digits",
    )
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def make_tensorflow_deterministic():
    import keras
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    tensorflow.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(SEED)


def make_metric_lines(path):
    """A Keras callback that appends the numbers of each epoch to `path`, one JSON object per line."""
    import keras

    def append(epoch, logs):
        metrics = {"loss": "val_loss", "accuracy": "val_accuracy", "train_loss": "loss", "train_accuracy": "accuracy"}
        with path.open("a") as file:
            line = {"epoch": epoch + 1} | {name: float(logs[log]) for name, log in metrics.items()}
            file.write(json.dumps(line) + "\n")

    path.unlink(missing_ok=True)
    return keras.callbacks.LambdaCallback(on_epoch_end=append)


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def main():
    arguments = parse_arguments()
    pictures, labels = load_pictures(arguments.data)
    is_test = [number % TEST_EVERY == 0 for number in range(len(labels))]
    is_train = [not test for test in is_test]

    make_tensorflow_deterministic()
    model = make_model(arguments.optimizer)
    # One line for each epoch, also where stdout is no terminal.
    model.fit(
        pictures[is_train], labels[is_train], epochs=arguments.epochs, batch_size=32, verbose=2,
        validation_data=(pictures[is_test], labels[is_test]),
        callbacks=[make_metric_lines(pathlib.Path("metrics.jsonl"))])  # fmt: skip
    loss, accuracy = model.evaluate(pictures[is_test], labels[is_test], verbose=0)

    write_json(pathlib.Path("config/config.json"), {
        "optimizer": arguments.optimizer, "epochs": arguments.epochs, "seed": SEED,
        "pictures": {"train": sum(is_train), "test": sum(is_test)}})  # fmt: skip
    write_json(pathlib.Path("metrics.json"), {"loss": float(loss), "accuracy": float(accuracy)})
    # Not one .keras file: that is a ZIP with the time of day in it, other bytes at every run.
    write_json(pathlib.Path("artifacts/model.json"), json.loads(model.to_json()))
    model.save_weights("artifacts/model.weights.h5")
    print(f"accuracy {accuracy:.4f}, loss {loss:.4f} on {sum(is_test)} pictures")


if __name__ == "__main__":
    main()
