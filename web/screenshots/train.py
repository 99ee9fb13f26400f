"""Stands for a training: curves as a small network has them, in two seconds and the same every time."""

import argparse
import json
import math
import pathlib
import random
import sys
import time

EPOCHS = 40
STEP_SECONDS = 0.05

parser = argparse.ArgumentParser()
parser.add_argument("--optimizer")
parser.add_argument("--lr", type=float)
parser.add_argument("--dropout", type=float)
arguments = parser.parse_args()
noise = random.Random(f"{arguments.optimizer} {arguments.lr} {arguments.dropout}")

pictures = sum(1 for _ in pathlib.Path("raw/train").rglob("*.png"))
print(f"{pictures} pictures, {arguments.optimizer}, learning rate {arguments.lr:g}", flush=True)
speed = {0.3: 9, 0.03: 5, 0.003: 1.6}[arguments.lr] * (1 if arguments.optimizer == "adam" else 0.5) / EPOCHS * 1.4
ceiling = {0.3: 0.91, 0.03: 0.975, 0.003: 0.985}[arguments.lr] + (0.008 if arguments.dropout < 0.2 else 0.003)
pathlib.Path("artifacts").mkdir()
with open("metrics.jsonl", "w") as metrics:
    for epoch in range(1, EPOCHS + 1):
        if arguments.lr == 0.3 and arguments.optimizer == "adam" and epoch == 14:
            print("loss is not a number any more", file=sys.stderr)
            sys.exit(1)
        jitter = noise.gauss(0, 0.25 * arguments.lr**0.6 / math.sqrt(epoch))
        accuracy = min(0.995, ceiling - (ceiling - 0.1) * math.exp(-speed * epoch) + jitter)
        loss = 2.3 * math.exp(-speed * epoch) + 3 * (1 - ceiling) + abs(jitter) * 2
        point = {"epoch": epoch, "accuracy": round(accuracy, 4), "loss": round(loss, 4)}
        print(json.dumps(point), file=metrics, flush=True)
        print(f"epoch {epoch:2}/{EPOCHS}  loss {loss:.4f}  accuracy {accuracy:.4f}", flush=True)
        time.sleep(STEP_SECONDS)
weights = [round(noise.gauss(0, 0.1), 6) for _ in range(2000)]
pathlib.Path("artifacts/model.json").write_text(json.dumps({"layers": [64, 10], "weights": weights}))
