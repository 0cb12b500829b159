//! Greedy decoding of many prompts at once, with the keys and values of what has been read kept.

use pulp::{Simd, WithSimd};

use super::chunk::Chunk;
use super::forward::{Pass, Workspace, room};
use super::instructions::Instructions;
use super::product::{Finish, Product, Rows, Start};
use super::vector::{dot, exp, map, map_with, multiply_add, sum};
use super::weights::{Passes, Weights};
use crate::batch::Sequence;
use crate::decode::{Prompt, Writing, Written, prefix};
use crate::model::{Activation, Transformer};
use crate::position::Placement;

/// Continues each prompt; the model has tables for all that this may come to.
pub(crate) fn decode(instructions: Instructions, model: &Transformer, prompts: &[Prompt]) -> Vec<Written> {
    let config = model.config();
    let weights = Weights::of(model, instructions);
    let pass = Pass { instructions, config, weights: &weights, passes: Passes::Forward };
    let mut workspace = Workspace::default();
    let mut decoders: Vec<Decoder<'_>> = prompts.iter().map(|prompt| Decoder::new(prompt, config.layers)).collect();

    let mut unread = decoders.iter_mut();
    let sequences: Vec<Sequence> = prompts.iter().map(|prompt| prefix(prompt, &[])).collect();
    for chunk in Chunk::cut(&sequences, config.width, Sequence::answered) {
        pass.forward(&chunk, &mut workspace);
        let logits = workspace.logits.chunks_exact(config.vocabulary);
        for ((rows, logits), decoder) in chunk.sequences.iter().zip(logits).zip(unread.by_ref()) {
            for (cache, record) in decoder.caches.iter_mut().zip(&workspace.blocks) {
                for row in rows.clone() {
                    cache.keep(&record.qkv[row * 3 * config.width..][..3 * config.width]);
                }
            }
            decoder.writing.write(logits);
        }
    }
    loop {
        let mut live: Vec<&mut Decoder<'_>> = decoders.iter_mut().filter(|decoder| !decoder.writing.is_done()).collect();
        if live.is_empty() {
            return decoders.into_iter().map(|decoder| decoder.writing.into_written()).collect();
        }
        pass.read_one(&mut live, &mut workspace);
        for (decoder, logits) in live.into_iter().zip(workspace.logits.chunks_exact(config.vocabulary)) {
            decoder.writing.write(logits);
        }
    }
}

/// One prompt on its way.
struct Decoder<'p> {
    writing: Writing,
    placement: &'p Placement,
    /// Tokens that have been read, and where the last of them stands.
    read: usize,
    position: Option<usize>,
    caches: Vec<Cache>,
}

/// Keys and values of one block, `[tokens read, D]` each.
#[derive(Debug, Default, Clone)]
struct Cache {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl<'p> Decoder<'p> {
    /// A prompt that is about to be read.
    fn new(prompt: &'p Prompt, layers: usize) -> Self {
        Self {
            writing: Writing::new(prompt),
            placement: &prompt.placement,
            read: prompt.tokens.len(),
            position: prompt.placement.positions(&prompt.tokens).last().copied(),
            caches: vec![Cache::default(); layers],
        }
    }

    /// The last token that was written, to be read now, and its position.
    fn step(&mut self) -> (u32, usize) {
        let token = self.writing.last();
        let position = self.placement.next(self.read, self.position, token);
        (self.read, self.position) = (self.read + 1, Some(position));
        (token, position)
    }
}

impl Cache {
    /// Keeps what a token's merged projection holds beside its query.
    fn keep(&mut self, qkv: &[f32]) {
        let width = qkv.len() / 3;
        self.keys.extend_from_slice(&qkv[width..2 * width]);
        self.values.extend_from_slice(&qkv[2 * width..]);
    }
}

impl Pass<'_> {
    /// Reads the last token of each prompt's answer; the next token's logits are then in `workspace.logits`.
    fn read_one(&self, live: &mut [&mut Decoder<'_>], workspace: &mut Workspace) {
        let (width, rows) = (self.config.width, live.len());
        let (tokens, positions) = live.iter_mut().map(|decoder| decoder.step()).unzip();
        let chunk = Chunk { tokens, positions, ..Chunk::default() };
        let mut x = vec![0.0; rows * width];
        self.embed(&chunk, &mut workspace.waves, &mut x);
        let [mut normed, mut qkv, mut mixed, mut hidden] = [1, 3, 1, 4].map(|times| vec![0.0; rows * times * width]);
        let statistics = room(&mut workspace.statistics, rows);
        for (layer, (layout, packed)) in self.weights.layout.blocks.iter().zip(&self.weights.blocks).enumerate() {
            self.normalize(&layout.attention_norm, &x, &mut normed, statistics);
            self.linear(&layout.query_key_value, &packed.query_key_value, &normed, None, Finish::Store, &mut qkv);
            for ((decoder, qkv), mixed) in live.iter_mut().zip(qkv.chunks_exact(3 * width)).zip(mixed.chunks_exact_mut(width)) {
                let cache = &mut decoder.caches[layer];
                cache.keep(qkv);
                self.instructions.run(CachedAttention { query: &qkv[..width], cache, heads: self.config.heads, mixed });
            }
            let residual = std::mem::take(&mut x);
            x = vec![0.0; rows * width];
            self.linear(&layout.output, &packed.output, &mixed, Some(&residual), Finish::Store, &mut x);
            self.normalize(&layout.hidden_norm, &x, &mut normed, statistics);
            let finish = if self.config.activation == Activation::Relu { Finish::Relu } else { Finish::Store };
            self.linear(&layout.widen, &packed.widen, &normed, None, finish, &mut hidden);
            if self.config.activation == Activation::Gelu {
                let mut slope = hidden.clone();
                self.instructions.run(super::activation::Gelu { x: &mut slope, y: &mut hidden });
            }
            let residual = std::mem::replace(&mut x, vec![0.0; rows * width]);
            self.linear(&layout.narrow, &packed.narrow, &hidden, Some(&residual), Finish::Store, &mut x);
        }
        self.normalize(&self.weights.layout.norm, &x, &mut normed, statistics);
        self.instructions.run(Product {
            left: Rows::new(&normed, width),
            rows,
            right: &self.weights.head.forward,
            start: Start::Zero,
            finish: Finish::Store,
            result: room(&mut workspace.logits, rows * self.config.vocabulary),
            stride: self.config.vocabulary,
        });
    }
}

/// Attention of one query over all that has been read, itself included.
///
/// # Shapes
/// - `query`, `mixed`: `[D]`
struct CachedAttention<'a> {
    query: &'a [f32],
    cache: &'a Cache,
    heads: usize,
    mixed: &'a mut [f32],
}

impl WithSimd for CachedAttention<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { query, cache, heads, mixed } = self;
        let width = query.len();
        let head_width = width / heads;
        let scale = (head_width as f32).powf(-0.5);
        mixed.fill(0.0);
        for (head, mixed) in mixed.chunks_exact_mut(head_width).enumerate() {
            let columns = head * head_width..(head + 1) * head_width;
            let query = &query[columns.clone()];
            let mut weights: Vec<f32> = Vec::with_capacity(cache.keys.len() / width);
            for keys in cache.keys.chunks_exact(width) {
                weights.push(scale * dot(simd, query, &keys[columns.clone()]));
            }
            let largest = simd.splat_f32s(super::vector::max(simd, &weights));
            map(simd, &mut weights, |logit| exp(simd, simd.sub_f32s(logit, largest)));
            let total = sum(simd, &weights, |weight| weight);
            for (weight, values) in weights.iter().zip(cache.values.chunks_exact(width)) {
                let weight = simd.splat_f32s(weight / total);
                map_with(simd, mixed, &values[columns.clone()], |sum, value| multiply_add(simd, weight, value, sum));
            }
        }
    }
}
