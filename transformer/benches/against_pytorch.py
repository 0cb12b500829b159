#!/usr/bin/env python3
"""Training steps of rasplab and of PyTorch, side by side: python3 transformer/benches/against_pytorch.py

Three models (batch x tokens, layers, width), each with one thread, with two, and as two runs of one thread at once. The contenders take turns
within each round, so that a noisy machine is noisy for all; the table has the median over rounds, and the ratio to the faster of PyTorch's
two. Without PyTorch (`pip install torch`) the table has rasplab alone. The same model on both sides: pre-norm, exact GELU, learned
positions, tied token vectors, AdamW, loss on all tokens, f32.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

MODELS = [(64, 64, 2, 64, 4), (64, 128, 2, 64, 4), (16, 256, 4, 256, 8)]
SETTINGS = [("1 thread", 1, 1), ("2 threads", 2, 1), ("2 runs at once", 1, 2)]
ROOT = Path(__file__).resolve().parents[2]


class Contender:
    """Processes that wait for the word to take some steps."""

    def __init__(self, command, copies):
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(copies)
        ]
        for process in self.processes:
            if process.stdout.readline().strip() != "ready":
                raise SystemExit(f"{command[0]} did not start")

    def step_ms(self, steps):
        """The median step of each process, all stepping at once; their mean."""
        for process in self.processes:
            process.stdin.write(f"{steps}\n")
            process.stdin.flush()
        return statistics.mean(float(process.stdout.readline()) for process in self.processes)

    def stop(self):
        for process in self.processes:
            process.stdin.close()
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--secs", type=float, default=2.0, help="seconds of steps for each contender in each round")
    parser.add_argument("--plain", action="store_true", help="time burn's own CPU device too")
    arguments = parser.parse_args()

    build = ["cargo", "build", "--release", "--locked", "-p", "rasplab-transformer", "--example", "step_time"]
    subprocess.run(build, cwd=ROOT, check=True)
    ours = str(ROOT / "target" / "release" / "examples" / "step_time")
    try:
        import torch

        print(f"PyTorch {torch.__version__}")
        peers = ["eager", "compiled"]
    except ImportError:
        print("PyTorch is not installed: rasplab alone")
        peers = []

    names = ["rasplab"] + (["burn"] if arguments.plain else []) + peers
    head = ["model", "setting"] + [f"{name} ms" for name in names] + (["tokens/s", "x PyTorch"] if peers else ["tokens/s"])
    print(" | ".join(head))
    for model in MODELS:
        batch, tokens, layers, width, _ = model
        for setting, threads, copies in SETTINGS:
            shape = [str(number) for number in (*model, threads)]
            contenders = {}
            for name in names:
                command = [ours, *shape, {"rasplab": "flex", "burn": "flex-plain"}.get(name, "")]
                if name in peers:
                    command = [sys.executable, str(Path(__file__).with_name("pytorch_steps.py")), *shape, name]
                contenders[name] = Contender(command, copies)
            steps = {name: max(3, round(arguments.secs * 1e3 / contender.step_ms(3))) for name, contender in contenders.items()}
            rounds = [{name: contender.step_ms(steps[name]) for name, contender in contenders.items()} for _ in range(arguments.rounds)]
            for contender in contenders.values():
                contender.stop()
            median = {name: statistics.median(times[name] for times in rounds) for name in names}
            speed = copies * batch * tokens / median["rasplab"] * 1e3
            row = [f"{batch}x{tokens}, {layers} layers, {width} wide", setting] + [f"{median[name]:.1f}" for name in names] + [f"{speed:,.0f}"]
            if peers:
                row.append(f"{min(median[name] for name in peers) / median['rasplab']:.2f}")
            print(" | ".join(row), flush=True)


if __name__ == "__main__":
    main()
