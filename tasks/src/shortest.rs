//! The shortest programs that agree with a task at its training lengths, and which of them generalize.
//!
//! Zhou et al. 2023's third condition for length generalization is diversity: no shorter program agrees with the task at the training lengths and not beyond. Such a
//! program is an impostor. Sizes are searched in order, each exhaustively, on a battery of sequences that starts small and grows by
//! counterexamples: a program that agrees with the battery and not with the training distribution adds the sequence that shows it, and the size is searched again.
//! A smaller battery admits more programs, so what is proved on it (no program of this size agrees) holds for the task.
//!
//! Whoever calls decides how a size is searched (threads, progress, results kept from an earlier time): this module does no input or output.

mod around;
mod battery;
mod diversity;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use rasp::rasp_l::Program;
use rasp::rasp_l::search::{Battery, Counts, Search, SearchError, Sequence, Space};

use crate::agreement::{Agreement, Counterexample, Trials, agreement, wrong};
use crate::error::TaskError;
use crate::task::{Example, Task};
pub use around::{Bettered, around};
pub use battery::constants;
pub use diversity::{Diversity, diversity};

/// What a search of all programs of one size came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Searched {
    /// What was gone through.
    pub counts: Counts,
    /// How many programs agree with the battery.
    pub agreeing: u64,
    /// The texts of all, or of some from every shard.
    pub programs: Vec<String>,
    /// What each shard went through, and how many programs agree in it.
    pub shards: Vec<(Counts, u64)>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'t> {
    /// The task.
    pub task: &'t dyn Task,
    /// Its training lengths.
    pub train: RangeInclusive<usize>,
    /// Lengths beyond them, in order, at which programs are tried.
    pub beyond: Vec<usize>,
    /// Which programs are searched.
    pub space: Space,
    /// The largest size searched, in core operations.
    pub size_max: usize,
    /// Whether to go on, where the shortest programs that agree at the training lengths are all impostors, to those that generalize.
    pub until_general: bool,
    /// How many sizes are searched beyond that of the shortest program that generalizes.
    pub further: usize,
    /// The examples of each length that programs are tried on.
    pub trials: Trials<'t>,
}

/// A size that has been searched.
#[derive(Debug, Clone)]
pub struct Round {
    /// Core operations.
    pub size: usize,
    /// What the programs had to agree with.
    pub battery: Battery,
    /// What was found.
    pub searched: Searched,
}

/// A program that agrees with the task at its training lengths.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its text.
    pub source: String,
    /// The program.
    pub program: Program,
    /// Its agreement at the lengths beyond training.
    pub beyond: Vec<Agreement>,
}

impl Candidate {
    /// The largest length to which it was right everywhere.
    pub fn verified_to(&self, train: &RangeInclusive<usize>) -> usize {
        let right = self.beyond.iter().take_while(|agreement| agreement.counterexample.is_none());
        right.last().map_or(*train.end(), |agreement| agreement.length)
    }

    /// The first example that it answers wrongly, beyond training, and its length.
    pub fn counterexample(&self) -> Option<(usize, &Counterexample)> {
        self.beyond.iter().find_map(|agreement| agreement.counterexample.as_ref().map(|wrong| (agreement.length, wrong)))
    }
}

/// The programs of one size that agree at the training lengths.
#[derive(Debug, Clone)]
pub struct Consistent {
    /// Core operations.
    pub size: usize,
    /// The programs, those that generalize first, then by bits.
    pub candidates: Vec<Candidate>,
    /// How many there are, if more than were looked at.
    pub agreeing: u64,
}

impl Consistent {
    /// The programs that were right at every length tried.
    pub fn general(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().filter(|candidate| candidate.counterexample().is_none())
    }

    /// The programs that were not.
    pub fn impostors(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().filter(|candidate| candidate.counterexample().is_some())
    }

    /// How many different things the impostors do: programs that write the same on every example beyond training are one.
    pub fn ways_to_fail(&self) -> usize {
        let fingerprints = |candidate: &Candidate| candidate.beyond.iter().map(|agreement| agreement.fingerprint).collect::<Vec<u64>>();
        self.impostors().map(fingerprints).collect::<BTreeSet<_>>().len()
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Shortest {
    /// Every search made, in order.
    pub rounds: Vec<Round>,
    /// No program of fewer operations agrees with the task at its training lengths.
    pub none_below: usize,
    /// No program of fewer operations agrees with the task at all lengths tried. At least as large.
    pub none_general_below: usize,
    /// The shortest programs that agree at the training lengths.
    pub consistent: Option<Consistent>,
    /// The shortest programs that agree there and beyond, where those are longer.
    pub general: Option<Consistent>,
    /// Representatives of the programs of further sizes that agree at the training lengths, whether or not shorter ones do.
    pub further: Vec<Consistent>,
    /// The size, if any, at which programs were left that agree with every sequence that a battery can hold, but not with longer examples: nothing is
    /// proved of it and of larger ones.
    pub unsettled: Option<usize>,
}

impl Shortest {
    /// The shortest program that was right at every length tried.
    pub fn best(&self) -> Option<(usize, &Candidate)> {
        [&self.consistent, &self.general]
            .into_iter()
            .flatten()
            .find_map(|found| found.general().next().map(|candidate| (found.size, candidate)))
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ShortestError<E> {
    /// A length that the task refuses.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The search cannot be made.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// No example of the training lengths is short enough for a battery.
    #[error("{task}: no example of the training lengths has at most 32 tokens with its answer: search with shorter ones")]
    LongExamples {
        /// The task's name.
        task: &'static str,
    },
    /// The one that searches has failed or was stopped.
    #[error("the search was stopped")]
    Stopped(E),
}

/// Programs looked at after each search.
pub const LOOKED_AT: usize = 2_000;
/// Counterexamples added to a battery at once.
const ADDED_AT_ONCE: usize = 16;

/// Finds the shortest programs that agree with a task.
///
/// `search` goes through all programs of one size and gives at most [`LOOKED_AT`] of those that agree.
///
/// # Errors
/// [`ShortestError`].
pub fn shortest<E>(question: &Question<'_>, search: &mut dyn FnMut(&Search) -> Result<Searched, E>) -> Result<Shortest, ShortestError<E>> {
    let mut battery = battery::first(question.task, &question.train, &question.trials)?;
    if battery.sequences().is_empty() {
        return Err(ShortestError::LongExamples { task: question.task.name() });
    }
    let examples = Examples::new(question)?;
    let mut answer = Shortest {
        rounds: Vec::new(),
        none_below: 0,
        none_general_below: 0,
        consistent: None,
        general: None,
        further: Vec::new(),
        unsettled: None,
    };
    let mut size = 0;
    while size <= question.size_max {
        let made = Search::new(&question.space, &battery, size)?;
        let searched = search(&made).map_err(ShortestError::Stopped)?;
        answer.rounds.push(Round { size, battery: battery.clone(), searched: searched.clone() });
        let tried = examples.sort_out(question, &searched, answer.consistent.is_some());
        let found = Consistent { size, candidates: tried.candidates, agreeing: searched.agreeing };
        let is_settled = found.general().next().is_some();
        if answer.consistent.is_none() && !found.candidates.is_empty() {
            answer.consistent = Some(found);
        } else if is_settled {
            answer.general = Some(found);
        }
        if is_settled {
            for size in size + 1..=size + question.further {
                let searched = search(&Search::new(&question.space, &battery, size)?).map_err(ShortestError::Stopped)?;
                let candidates = examples.sort_out(question, &searched, false).candidates;
                answer.further.push(Consistent { size, candidates, agreeing: searched.agreeing });
            }
        }
        if is_settled || answer.consistent.is_some() && !question.until_general {
            break;
        }
        // Nothing here generalizes: other programs, the same on the battery, may.
        let wrong = if answer.consistent.is_some() { tried.wrong_anywhere } else { tried.wrong_in_training };
        if searched.agreeing > 0 {
            if battery::grow(&mut battery, &wrong, ADDED_AT_ONCE)? {
                continue;
            }
            answer.unsettled.get_or_insert(size);
        }
        size += 1;
        if answer.unsettled.is_none() {
            answer.none_general_below = size;
            if answer.consistent.is_none() {
                answer.none_below = size;
            }
        }
    }
    Ok(answer)
}

/// The examples that programs are tried on.
struct Examples {
    train: Vec<(usize, Vec<Example>)>,
    beyond: Vec<(usize, Vec<Example>)>,
}

/// Programs sorted by what they do.
struct Tried {
    candidates: Vec<Candidate>,
    /// The first wrong example of each program that is wrong at a training length.
    wrong_in_training: Vec<Example>,
    /// The first wrong example of each program.
    wrong_anywhere: Vec<Example>,
}

impl Examples {
    fn new(question: &Question<'_>) -> Result<Self, TaskError> {
        let of = |lengths: &mut dyn Iterator<Item = usize>| {
            lengths.map(|length| Ok((length, question.trials.examples(question.task, length)?))).collect::<Result<Vec<_>, TaskError>>()
        };
        Ok(Examples { train: of(&mut question.train.clone())?, beyond: of(&mut question.beyond.iter().copied())? })
    }

    /// Tries each program; with `only_general`, one that fails anywhere is no candidate.
    fn sort_out(&self, question: &Question<'_>, searched: &Searched, only_general: bool) -> Tried {
        let mut tried = Tried { candidates: Vec::new(), wrong_in_training: Vec::new(), wrong_anywhere: Vec::new() };
        let profile = question.space.profile;
        for source in &searched.programs {
            let program = Program::parse_in(profile, "shortest.rasp", source).expect("the search writes programs");
            if let Some(wrong) = first_wrong(&program, &self.train) {
                tried.wrong_anywhere.push(wrong.clone());
                tried.wrong_in_training.push(wrong);
                continue;
            }
            let beyond: Vec<Agreement> = self.beyond.iter().map(|(length, examples)| agreement(&program, *length, examples)).collect();
            let candidate = Candidate { source: source.clone(), program, beyond };
            if let Some((_, wrong)) = candidate.counterexample() {
                tried.wrong_anywhere.push(wrong.example.clone());
                if only_general {
                    continue;
                }
            }
            tried.candidates.push(candidate);
        }
        tried.candidates.sort_by_key(|candidate| {
            let right: usize = candidate.beyond.iter().map(|agreement| agreement.right).sum();
            (candidate.counterexample().is_some(), candidate.program.length().bits, std::cmp::Reverse(right))
        });
        tried
    }
}

fn first_wrong(program: &Program, trials: &[(usize, Vec<Example>)]) -> Option<Example> {
    trials.iter().flat_map(|(_, examples)| examples).find(|example| wrong(program, example).is_some()).cloned()
}

/// The sequence of an example.
fn sequence(example: &Example) -> Sequence {
    Sequence::of(&example.prompt, &example.answer)
}
