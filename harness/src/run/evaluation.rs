//! Fresh examples at each evaluated length, answered, and what came of them.
//!
//! One pass with the right answers fed in says which greedy answers are right, and how sure the model was of those. Only wrong ones are written out, token by token.

use report::statistics::binomial::Share;
use report::{CheckpointRecord, Ending, ExampleRecord, Metric, Mistake, Record, Split};
use tasks::Example;
use tasks::random::{Rng, stream};
use transformer::{Prompt, Score, Sequence, Stop, Transformer, Written, decode, score};

use super::Context;
use super::drawing::sequence;
use crate::cell::Cell;
use crate::config::SeedPair;
use crate::error::Error;

/// Wrong answers kept of each distribution and length, for people to read.
const MISTAKES_KEPT: usize = 3;

/// Examples per length that a checkpoint is measured on: the first of those at the end.
const CHECKPOINT_EXAMPLES: usize = 100;

/// What an evaluation came to, one table each.
pub(super) struct Evaluation {
    pub(super) records: Vec<Record>,
    pub(super) examples: Vec<ExampleRecord>,
    pub(super) mistakes: Vec<Mistake>,
    /// The end of the run as a checkpoint.
    pub(super) last: Vec<CheckpointRecord>,
}

/// Examples of one distribution and length.
struct Drawn<'c> {
    distribution: &'c str,
    len_eval: usize,
    examples: Vec<Example>,
    sequences: Vec<Sequence>,
}

impl<'c> Drawn<'c> {
    /// Examples of every length, the shortest first. An example of its own stream depends on no other. A random offset of positions belongs to training alone.
    fn of_lengths(cell: &'c Cell, seeds: SeedPair, distribution: &'c str, count: usize) -> Result<Vec<Self>, Error> {
        let of_length = |&len_eval: &usize| {
            let purpose = format!("eval/{len_eval}");
            let mut drawn = Self { distribution, len_eval, examples: Vec::with_capacity(count), sequences: Vec::with_capacity(count) };
            for index in 0..count {
                let rng = &mut stream(seeds.data, &purpose, index as u64);
                let example = cell.task.sample_as(distribution, len_eval, rng)?;
                drawn.sequences.push(sequence(cell, &example, |tokens, answer_start| {
                    let (prompt, answer) = tokens.split_at(answer_start);
                    cell.at_evaluation(prompt, answer.len(), rng.next_u64())
                })?);
                drawn.examples.push(example);
            }
            Ok(drawn)
        };
        cell.len_eval.iter().map(of_length).collect()
    }
}

/// What a run is known by, in every table.
pub(super) struct Named<'a> {
    pub(super) cell: &'a Cell,
    pub(super) seeds: SeedPair,
    pub(super) sweep: &'a str,
}

impl Named<'_> {
    /// Inside or beyond the training lengths.
    pub(super) fn split(&self, length: usize) -> Split {
        if self.cell.config.train.trains_on(length) { Split::In } else { Split::Out }
    }

    fn checkpoint(&self, step: u64, len_eval: usize, scores: &[Score]) -> CheckpointRecord {
        CheckpointRecord {
            sweep: self.sweep.to_owned(),
            cell: self.cell.id.to_string(),
            task: self.cell.config.task.clone(),
            seed_init: self.seeds.init,
            seed_data: self.seeds.data,
            len_train_max: self.cell.config.train.lengths,
            step,
            len_eval,
            split: self.split(len_eval),
            exact_match: scores.iter().filter(|score| score.exact).count() as f64 / scores.len() as f64,
            examples: scores.len() as u64,
        }
    }
}

/// Evaluates a run that has ended after so many steps: at every length, and on every distribution that was asked for.
pub(super) fn evaluate(named: &Named, step: u64, model: &Transformer, context: &Context) -> Result<Evaluation, Error> {
    let Named { cell, seeds, .. } = *named;
    let evaluate = &cell.config.evaluate;
    let mut evaluation = Evaluation { records: Vec::new(), examples: Vec::new(), mistakes: Vec::new(), last: Vec::new() };
    for distribution in evaluate.distributions() {
        let drawn = Drawn::of_lengths(cell, seeds, distribution, evaluate.examples)?;
        // All lengths at once.
        let sequences: Vec<Sequence> = drawn.iter().flat_map(|drawn| drawn.sequences.iter().cloned()).collect();
        let scores = score(model, &sequences, context.device)?;
        let wrong: Vec<Prompt> =
            sequences.iter().zip(&scores).filter(|(_, score)| !score.exact).map(|(sequence, _)| prompt(sequence)).collect();
        let mut written = decode(model, &wrong, context.device)?.into_iter();
        for (drawn, scores) in drawn.iter().zip(scores.chunks(evaluate.examples)) {
            let answered: Vec<Answered> =
                drawn.sequences.iter().zip(scores).filter_map(|(sequence, score)| Answered::new(sequence, score, &mut written)).collect();
            evaluation.records.extend(records(named, drawn, &answered));
            evaluation.examples.extend(answered.iter().enumerate().map(|(index, answered)| answered.record(drawn, index)));
            evaluation.mistakes.extend(mistakes(cell, drawn, &answered));
            if distribution == evaluate.distribution() {
                let first = &scores[..scores.len().min(CHECKPOINT_EXAMPLES)];
                evaluation.last.push(named.checkpoint(step, drawn.len_eval, first));
            }
        }
    }
    Ok(evaluation)
}

/// The examples that a run's checkpoints are measured on.
pub(super) struct CheckpointExamples {
    of_each_length: usize,
    sequences: Vec<Sequence>,
}

impl CheckpointExamples {
    pub(super) fn draw(cell: &Cell, seeds: SeedPair) -> Result<Self, Error> {
        let of_each_length = cell.config.evaluate.examples.min(CHECKPOINT_EXAMPLES);
        let drawn = Drawn::of_lengths(cell, seeds, cell.config.evaluate.distribution(), of_each_length)?;
        Ok(Self { of_each_length, sequences: drawn.into_iter().flat_map(|drawn| drawn.sequences).collect() })
    }

    /// Exact match at every length after so many steps.
    pub(super) fn measure(&self, named: &Named, step: u64, model: &Transformer, context: &Context) -> Result<Vec<CheckpointRecord>, Error> {
        let scores = score(model, &self.sequences, context.device)?;
        let lengths = named.cell.len_eval.iter().zip(scores.chunks(self.of_each_length));
        Ok(lengths.map(|(&length, scores)| named.checkpoint(step, length, scores)).collect())
    }
}

/// The prompt of an example, to be answered with as many tokens as the right answer has: whoever has not ended by then has missed the end.
fn prompt(sequence: &Sequence) -> Prompt {
    let answer = answer(sequence);
    Prompt {
        tokens: sequence.tokens[..sequence.tokens.len() - answer.len()].to_vec(),
        placement: sequence.placement.clone(),
        end: answer.last().copied().unwrap_or_default(),
        stop: Stop::AtEnd { at_most: answer.len() },
    }
}

fn answer(sequence: &Sequence) -> &[u32] {
    sequence.answers.first().map_or(&[], |answer| &sequence.tokens[answer.clone()])
}

/// What became of an example.
struct Answered<'s> {
    score: &'s Score,
    /// What was written, where it is wrong.
    wrong: Option<Vec<u32>>,
    ending: Ending,
    log_confidence: f64,
}

impl<'s> Answered<'s> {
    /// `written` has the wrong answers of this and all later examples; `None` where it has ended.
    fn new(sequence: &Sequence, score: &'s Score, written: &mut impl Iterator<Item = Written>) -> Option<Self> {
        if score.exact {
            return Some(Self { score, wrong: None, ending: Ending::InPlace, log_confidence: -score.loss });
        }
        let Written { tokens, log_probability } = written.next()?;
        let answer = answer(sequence);
        let ending = match tokens.last() == answer.last() {
            true if tokens.len() < answer.len() => Ending::Premature,
            true => Ending::InPlace,
            false => Ending::Missing,
        };
        Some(Self { score, wrong: Some(tokens), ending, log_confidence: log_probability })
    }

    fn record(&self, drawn: &Drawn, index: usize) -> ExampleRecord {
        ExampleRecord {
            distribution: drawn.distribution.to_owned(),
            len_eval: drawn.len_eval,
            index,
            right: self.score.exact,
            right_with_length: self.score.exact_with_length,
            ending: self.ending,
            tokens: self.score.tokens,
            log_confidence: self.log_confidence as f32,
        }
    }
}

fn mistakes<'a>(cell: &'a Cell, drawn: &'a Drawn, answered: &'a [Answered]) -> impl Iterator<Item = Mistake> + 'a {
    let vocabulary = cell.task.vocabulary();
    let of_each = drawn.examples.iter().zip(answered).enumerate();
    let wrong = of_each.filter_map(|(index, (example, answered))| Some((index, example, answered, answered.wrong.as_ref()?)));
    wrong.take(MISTAKES_KEPT).map(move |(index, example, answered, written)| {
        let written: Vec<i8> = written.iter().filter_map(|&id| vocabulary.token(id)).collect();
        Mistake {
            distribution: drawn.distribution.to_owned(),
            len_eval: drawn.len_eval,
            index,
            prompt: vocabulary.show(&example.prompt),
            answer: vocabulary.show(&example.answer),
            written: vocabulary.show(&written),
            confidence: answered.log_confidence.exp().min(1.0),
        }
    })
}

fn records(named: &Named, drawn: &Drawn, answered: &[Answered]) -> Vec<Record> {
    let examples = answered.len() as u64;
    let sum = |of: fn(&Answered) -> f64| answered.iter().map(of).sum::<f64>();
    let tokens = sum(|answered| answered.score.tokens as f64);
    let share = |metric: Metric, is_so: fn(&Answered) -> bool| {
        let share = Share { successes: answered.iter().filter(|answered| is_so(answered)).count() as u64, examples };
        (metric, share.successes as f64 / examples as f64, share.interval())
    };
    let shares = [
        share(Metric::ExactMatch, |answered| answered.score.exact),
        share(Metric::ExactMatchWithLength, |answered| answered.score.exact_with_length),
        share(Metric::PrematureEnd, |answered| answered.ending == Ending::Premature),
        share(Metric::MissingEnd, |answered| answered.ending == Ending::Missing),
    ];
    // Tokens of one answer are not independent, so a binomial interval would claim too much.
    let means = [
        (Metric::Confidence, sum(|answered| answered.log_confidence.exp().min(1.0)) / examples as f64, None),
        (Metric::TokenAccuracy, sum(|answered| answered.score.tokens_right as f64) / tokens, None),
        (Metric::Loss, sum(|answered| answered.score.loss) / tokens, None),
    ];
    let Named { cell, seeds, sweep } = named;
    let record = |(metric, value, interval): (Metric, f64, Option<report::Interval>)| Record {
        sweep: (*sweep).to_owned(),
        cell: cell.id.to_string(),
        task: cell.config.task.clone(),
        seed_init: seeds.init,
        seed_data: seeds.data,
        len_train_max: cell.config.train.lengths,
        len_eval: drawn.len_eval,
        split: named.split(drawn.len_eval),
        distribution: drawn.distribution.to_owned(),
        metric,
        value,
        examples,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
    };
    shares.into_iter().chain(means).map(record).collect()
}
