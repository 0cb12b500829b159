"""The peer's side of against_pytorch.py: BATCH TOKENS LAYERS WIDTH HEADS THREADS eager|compiled, as examples/step_time.rs."""

import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

VOCABULARY = 64
WARM_UP = 5


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm, self.hidden_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.query_key_value(self.attention_norm(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.narrow(F.gelu(self.widen(self.hidden_norm(x))))


class Model(nn.Module):
    def __init__(self, tokens, layers, width, heads):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(VOCABULARY, width), nn.Embedding(tokens, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)


def main():
    batch, tokens, layers, width, heads, threads = (int(number) for number in sys.argv[1:7])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = Model(tokens, layers, width, heads)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    ids = torch.randint(0, VOCABULARY, (batch, tokens + 1))

    def loss(ids):
        return F.cross_entropy(model(ids[:, :-1]).reshape(-1, VOCABULARY), ids[:, 1:].reshape(-1))

    if sys.argv[7] == "compiled":
        loss = torch.compile(loss)

    def step_ms():
        started = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        result = loss(ids)
        result.backward()
        optimizer.step()
        result.item()
        return (time.perf_counter() - started) * 1e3

    for _ in range(WARM_UP):
        step_ms()
    print("ready", flush=True)
    for line in sys.stdin:
        print(f"{statistics.median(step_ms() for _ in range(int(line))):.3f}", flush=True)


if __name__ == "__main__":
    main()
