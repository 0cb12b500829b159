"""A model of rasplab in PyTorch: the logits that it gives, from its weights. See training.md.

    python load_in_pytorch.py RUN ID...

RUN is the folder of a run that is done; the IDs are those of `rasplab decode RUN --json`. Prints the likeliest next token after each prefix.
`evaluate.sharpen` is not in it.
"""

import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import functional as F


def bias(scheme, weights, block, tokens, heads):
    """What is added to the logits of attention, [H, T, T] or 0."""
    name, values = scheme
    distance = (torch.arange(tokens)[:, None] - torch.arange(tokens)[None, :]).clamp(min=0).float()
    if name == "Alibi":
        def slopes(n):
            return [2 ** (-8 * (head + 1) / n) for head in range(n)]

        power = 1 << (heads.bit_length() - 1)
        return -torch.tensor((slopes(power) + slopes(2 * power)[::2])[:heads])[:, None, None] * distance
    if name == "T5":
        far = 16 + (16 * (distance.double().clamp(min=1) / 16).log() / math.log(8)).long()
        bucket = torch.where(distance < 16, distance.long(), far.clamp(max=31))
        return weights["relative_bias"][bucket].permute(2, 0, 1)
    if name == "Fire":
        fire = {part: weights[f"blocks.{block}.attention.fire.{part}"] for part in
                ("scale", "threshold", "hidden.weight", "hidden.bias", "per_head.weight", "per_head.bias")}

        def psi(x):
            return torch.log1p(fire["scale"].abs() * x)

        start = torch.maximum(torch.arange(tokens).float(), fire["threshold"].abs() * values["threshold"])
        relative = psi(distance) / (psi(start)[:, None] + 1e-6)
        hidden = torch.relu(relative[..., None] @ fire["hidden.weight"] + fire["hidden.bias"])
        return (hidden @ fire["per_head.weight"] + fire["per_head.bias"]).permute(2, 0, 1)
    return 0.0


def turn(x):
    """Rotary positions, [H, T, d]."""
    _, tokens, width = x.shape
    angle = torch.outer(torch.arange(tokens).double(), 10000 ** (-torch.arange(0, width, 2).double() / width))
    cos, sin = angle.cos().float(), angle.sin().float()
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


def logits(config, weights, ids, positions=None):
    """Logits of the next token after each prefix, [T, V].

    `config` is `model` of the run's config.json. `positions` are those of the tokens, for schemes that look vectors up: 0, 1, 2, ... unless told, which
    they must be for those whose positions are not in that order.
    """
    layers, heads, width, scheme = (config[key] for key in ("layers", "heads", "width", "positions"))
    scheme = next(iter(scheme.items())) if isinstance(scheme, dict) else (scheme, None)
    tokens = len(ids)
    if positions is None and scheme[0] in ("Randomized", "Abacus", "Coupled"):
        raise ValueError(f"{scheme[0]}: give the position of each token")
    positions = torch.arange(tokens) if positions is None else torch.tensor(positions)

    def linear(x, name):
        return x @ weights[f"{name}.weight"] + weights[f"{name}.bias"]  # weights are [input, output]

    def norm(x, name):
        return F.layer_norm(x, (width,), weights[f"{name}.gamma"], weights[f"{name}.beta"])

    def block_of(x, block):
        at = f"blocks.{block}"
        qkv = linear(norm(x, f"{at}.attention_norm"), f"{at}.attention.query_key_value")
        query, key, value = qkv.view(tokens, 3, heads, width // heads).permute(1, 2, 0, 3)
        if scheme[0] == "Rotary":
            query, key = turn(query), turn(key)
        attention = query @ key.transpose(1, 2) / math.sqrt(width // heads) + bias(scheme, weights, block, tokens, heads)
        later = torch.ones(tokens, tokens).triu(1).bool()
        mixed = attention.masked_fill(later, -torch.inf).softmax(dim=-1) @ value
        x = x + linear(mixed.transpose(0, 1).reshape(tokens, width), f"{at}.attention.output")
        activation = F.relu if config["activation"] == "Relu" else F.gelu
        return x + linear(activation(linear(norm(x, f"{at}.hidden_norm"), f"{at}.widen")), f"{at}.narrow")

    first = weights["tokens"][torch.tensor(ids)]
    if "positions" in weights:
        first = first + weights["positions"][positions]
    elif scheme[0] == "Sinusoidal":
        pairs = torch.arange(math.ceil(width / 2)).double()
        angle = positions[:, None].double() * 10000 ** (-2 * pairs / width)
        waves = torch.stack([angle.sin(), angle.cos()], dim=-1).reshape(tokens, -1)[:, :width]
        first = first + waves.float() / math.sqrt(width)
    x = torch.zeros(tokens, width)
    for _ in range(config.get("loops", 1)):
        x = x + first
        for block in range(layers):
            x = block_of(x, block)
    return norm(x, "norm") @ weights["tokens"].T


def main():
    run = Path(sys.argv[1])
    config = json.loads((run / "config.json").read_text())["model"]
    weights = load_file(run / "checkpoint" / "model.safetensors")
    print(*logits(config, weights, [int(token) for token in sys.argv[2:]]).argmax(dim=-1).tolist())


if __name__ == "__main__":
    main()
