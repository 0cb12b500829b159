//! The fused operations by name, for `benches/operations.rs`, at the sizes of a model 64 wide on 256 tokens.

use super::activation::Gelu;
use super::attention::{Attention, AttentionBackward, AttentionScratch, AttentionShape};
use super::cross_entropy::CrossEntropy;
use super::instructions::Instructions;
use super::layer_norm::{LayerNorm, LayerNormBackward, RowStatistics};
use super::product::{Finish, Panels, Product, Rows, Start, TransposedProduct};

/// An operation on data of its own.
pub struct Operation {
    /// What it is, and with which instructions.
    pub name: String,
    /// Floating-point operations of its products; 0 where it has none.
    pub flops: u64,
    /// Runs it once.
    pub run: Box<dyn FnMut()>,
}

const ROWS: usize = 256;
const WIDTH: usize = 64;
const VOCABULARY: usize = 64;
const SHAPE: AttentionShape = AttentionShape { tokens: 64, width: WIDTH, heads: 4 };

/// Each operation, with each set of instructions that this machine has.
pub fn operations() -> Vec<Operation> {
    Instructions::available().into_iter().flat_map(of_instructions).collect()
}

fn of_instructions(instructions: Instructions) -> Vec<Operation> {
    let mut operations = Vec::new();
    let mut add = |name: &str, flops: usize, run: Box<dyn FnMut()>| {
        operations.push(Operation { name: format!("{name}/{}", instructions.name()), flops: flops as u64, run });
    };

    for (depth, columns) in [(WIDTH, 3 * WIDTH), (WIDTH, 4 * WIDTH), (4 * WIDTH, WIDTH)] {
        let (left, weight, bias) = (numbers(ROWS * depth), numbers(depth * columns), numbers(columns));
        let mut right = Panels::default();
        right.pack(instructions, Rows::new(&weight, columns), depth, columns);
        let mut result = vec![0.0; ROWS * columns];
        let product = move || {
            let (left, start) = (Rows::new(&left, depth), Start::Bias(&bias));
            instructions.run(Product {
                left,
                rows: ROWS,
                right: &right,
                start,
                finish: Finish::Store,
                result: &mut result,
                stride: columns,
            });
        };
        add(&format!("linear {depth} to {columns}"), 2 * ROWS * depth * columns, Box::new(product));

        let (x, d_y) = (numbers(ROWS * depth), numbers(ROWS * columns));
        let [mut left, mut right] = [Panels::default(), Panels::default()];
        let mut gradient = vec![0.0; depth * columns];
        let weight_gradient = move || {
            left.pack_left(instructions, Rows::new(&x, depth), ROWS, depth);
            right.pack(instructions, Rows::new(&d_y, columns), ROWS, columns);
            instructions.run(TransposedProduct { left: &left, right: &right, fresh: false, result: &mut gradient });
        };
        add(&format!("gradient of the weight {depth} to {columns}"), 2 * ROWS * depth * columns, Box::new(weight_gradient));
    }

    // Products of a query with all keys it sees, and of the weights with as many values; backward twice that.
    let products = 2 * SHAPE.tokens * (SHAPE.tokens + 1) * SHAPE.width;
    let qkv = numbers(SHAPE.tokens * 3 * WIDTH);
    let (mut weights, mut mixed) = (vec![0.0; SHAPE.weights()], vec![0.0; SHAPE.tokens * WIDTH]);
    let mut scratch = AttentionScratch::default();
    instructions.run(Attention { shape: SHAPE, qkv: &qkv, weights: &mut weights, mixed: &mut mixed, scratch: &mut scratch });
    let backward = {
        let (qkv, weights, mixed, d_mixed) = (qkv.clone(), weights.clone(), mixed.clone(), numbers(SHAPE.tokens * WIDTH));
        let (mut d_qkv, mut scratch) = (vec![0.0; SHAPE.tokens * 3 * WIDTH], AttentionScratch::default());
        move || {
            let (mixed, d_mixed, d_qkv) = (&mixed, &d_mixed, &mut d_qkv);
            instructions.run(AttentionBackward {
                shape: SHAPE,
                qkv: &qkv,
                weights: &weights,
                mixed,
                d_mixed,
                d_qkv,
                scratch: &mut scratch,
            });
        }
    };
    let forward = move || {
        instructions.run(Attention { shape: SHAPE, qkv: &qkv, weights: &mut weights, mixed: &mut mixed, scratch: &mut scratch });
    };
    add("attention", products, Box::new(forward));
    add("attention backward", 2 * products, Box::new(backward));

    let (x, gamma, beta) = (numbers(ROWS * WIDTH), numbers(WIDTH), numbers(WIDTH));
    let (mut y, mut statistics) = (vec![0.0; ROWS * WIDTH], vec![RowStatistics::default(); ROWS]);
    instructions.run(LayerNorm { x: &x, gamma: &gamma, beta: &beta, y: &mut y, statistics: &mut statistics });
    let backward = {
        let (x, gamma, statistics, mut d_y) = (x.clone(), gamma.clone(), statistics.clone(), numbers(ROWS * WIDTH));
        let [mut d_x, mut d_gamma, mut d_beta, mut normalized] = [ROWS * WIDTH, WIDTH, WIDTH, WIDTH].map(|len| vec![0.0; len]);
        move || {
            instructions.run(LayerNormBackward {
                x: &x,
                gamma: &gamma,
                statistics: &statistics,
                d_y: &mut d_y,
                d_x: &mut d_x,
                d_gamma: &mut d_gamma,
                d_beta: &mut d_beta,
                normalized: &mut normalized,
            });
        }
    };
    let forward = move || {
        instructions.run(LayerNorm { x: &x, gamma: &gamma, beta: &beta, y: &mut y, statistics: &mut statistics });
    };
    add("layer norm", 0, Box::new(forward));
    add("layer norm backward", 0, Box::new(backward));

    let (inputs, mut x, mut y) = (numbers(ROWS * 4 * WIDTH), vec![0.0; ROWS * 4 * WIDTH], vec![0.0; ROWS * 4 * WIDTH]);
    let gelu = move || {
        x.copy_from_slice(&inputs);
        instructions.run(Gelu { x: &mut x, y: &mut y });
    };
    add("GELU and its derivative", 0, Box::new(gelu));

    let (inputs, mut logits) = (numbers(ROWS * VOCABULARY), vec![0.0; ROWS * VOCABULARY]);
    let targets: Vec<u32> = (0..ROWS).map(|row| (row % VOCABULARY) as u32).collect();
    let cross_entropy = move || {
        logits.copy_from_slice(&inputs);
        instructions.run(CrossEntropy { logits: &mut logits, targets: &targets, vocabulary: VOCABULARY, scale: 1.0 });
    };
    add("cross-entropy and its gradient", 0, Box::new(cross_entropy));
    operations
}

/// Numbers between -1 and 1, in no order.
fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|idx| (idx * 7919 % 1009) as f32 / 504.5 - 1.0).collect()
}
