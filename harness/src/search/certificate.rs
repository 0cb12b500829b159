//! What was proved, in a form that can be checked by searching again.

use rasp::rasp_l::Profile;
use rasp::rasp_l::search::{Battery, Operations, SEARCH_VERSION, Sequence, Space};
use serde::{Deserialize, Serialize};
use tasks::TaskSpec;
use tasks::shortest::{Question, Shortest};

use crate::error::Error;

/// A claim about all programs of a space, and everything that is needed to repeat the search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The claim in words.
    pub claim: String,
    /// The version of rasplab that searched.
    pub rasplab: String,
    /// The version of the search: shards of another one are others.
    pub search: u32,
    /// The measure by which programs are short.
    pub measure: String,
    /// The profile of RASP-L: in `strict`, each width is a type of its own.
    pub profile: String,
    /// How a mean becomes a token.
    pub mean: String,
    /// The operations that a line may be.
    pub operations: Vec<String>,
    /// The tokens that may be written, as operands and as defaults.
    pub constants: Vec<i8>,
    /// The defaults of aggregated indices.
    pub index_defaults: Vec<i8>,
    /// The task.
    pub task: String,
    /// Its alphabet, where it has a choice of alphabets.
    pub alphabet: Option<usize>,
    /// Which of its distributions the sequences were drawn from.
    #[serde(default)]
    pub distribution: String,
    /// Its smallest and largest training length.
    pub train_lengths: (usize, usize),
    /// No program of fewer operations agrees with the sequences.
    pub none_below: usize,
    /// Every sequence of the battery, in the order of its growth.
    pub sequences: Vec<CertifiedSequence>,
    /// For each size below, the search that found nothing.
    pub sizes: Vec<CertifiedSize>,
}

/// A sequence, and the tokens that are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedSequence {
    /// Prompt and answer, without the answer's last token.
    pub tokens: Vec<i8>,
    /// Positions, from 0, with the next token there.
    pub targets: Vec<(usize, i8)>,
}

/// A size at which no program agrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedSize {
    /// Core operations.
    pub size: usize,
    /// How many of the sequences, from the first on, were searched with.
    pub sequences: usize,
    /// For each shard: sets of lines, values computed, last operations ruled out or tried.
    pub shards: Vec<[u64; 3]>,
}

const MEASURE: &str = "core_operations";
const MEAN: &str = "truncated toward zero";

/// The claim in words.
fn claim(none_below: usize, task: &str) -> String {
    format!(
        "no program of fewer than {none_below} core operations over this operation set and these constants agrees with these sequences, each an example \
         of {task}"
    )
}

impl Certificate {
    /// What a search has proved.
    pub fn new(question: &Question<'_>, found: &Shortest) -> Self {
        let space = &question.space;
        let task = question.task.name();
        let battery = found.rounds.last().map(|round| round.battery.sequences().to_vec()).unwrap_or_default();
        let empty = found.rounds.iter().filter(|round| round.size < found.none_below && round.searched.agreeing == 0);
        let sizes = empty.map(|round| CertifiedSize {
            size: round.size,
            sequences: round.battery.sequences().len(),
            shards: round.searched.shards.iter().map(|(counts, _)| [counts.states, counts.candidates, counts.last_operations]).collect(),
        });
        let none_below = found.none_below;
        Certificate {
            claim: claim(none_below, task),
            rasplab: env!("CARGO_PKG_VERSION").to_owned(),
            search: SEARCH_VERSION,
            measure: MEASURE.to_owned(),
            profile: space.profile.name().to_owned(),
            mean: MEAN.to_owned(),
            operations: space.operations.names(),
            constants: space.constants.clone(),
            index_defaults: vec![-1, 0],
            task: task.to_owned(),
            alphabet: question.task.entry().alphabet_bounds.as_ref().map(|_| question.task.alphabet()),
            distribution: question.trials.distribution.to_owned(),
            train_lengths: (*question.train.start(), *question.train.end()),
            none_below,
            sizes: sizes.collect(),
            sequences: battery.into_iter().map(|Sequence { tokens, targets }| CertifiedSequence { tokens, targets }).collect(),
        }
    }

    /// The space that it is about.
    ///
    /// # Errors
    /// [`Error::Usage`] where it names an operation or a profile that there is none of, or rules that are not this program's.
    pub fn space(&self) -> Result<Space, Error> {
        let wrong = |what: &str| Error::Usage(format!("the certificate {what}: it cannot be checked with this version of rasplab"));
        let operations = Operations::of_names(self.operations.iter().map(String::as_str))
            .map_err(|name| wrong(&format!("names the operation `{name}`, which there is none of")))?;
        let profile = [Profile::Strict, Profile::Published].into_iter().find(|profile| profile.name() == self.profile);
        let profile = profile.ok_or_else(|| wrong(&format!("names the profile `{}`, which there is none of", self.profile)))?;
        if self.search != SEARCH_VERSION {
            return Err(wrong(&format!("is of version {} of the search, and this is {SEARCH_VERSION}", self.search)));
        }
        if self.measure != MEASURE || self.mean != MEAN || self.index_defaults != [-1, 0] {
            return Err(wrong("is about another measure, mean or default of indices"));
        }
        Ok(Space { profile, ..Space::new(operations, self.constants.iter().copied()) })
    }

    /// Checks that the sequences are examples of the task, and that the claim is what is proved of them.
    ///
    /// # Errors
    /// [`Error::NotCertified`]; [`Error::Task`] where there is no such task.
    pub fn check_claim(&self) -> Result<(), Error> {
        let task = tasks::build(&TaskSpec { name: self.task.clone(), alphabet: self.alphabet })?;
        if !task.distributions().contains(&self.distribution.as_str()) {
            return Err(Error::NotCertified(format!("{} has no distribution `{}`", self.task, self.distribution)));
        }
        if self.claim != claim(self.none_below, &self.task) {
            return Err(Error::NotCertified("its claim is another than the one that it proves".to_owned()));
        }
        let sizes: Vec<usize> = self.sizes.iter().map(|size| size.size).collect();
        if sizes != (0..self.none_below).collect::<Vec<_>>() {
            return Err(Error::NotCertified(format!("it claims sizes below {}, and lists {sizes:?}", self.none_below)));
        }
        for (number, CertifiedSequence { tokens, targets }) in self.sequences.iter().enumerate() {
            let prompt = targets.first().and_then(|&(last, _)| tokens.get(..=last)).unwrap_or_default();
            let right = task.answer(prompt).is_ok_and(|answer| {
                let sequence = Sequence::of(prompt, &answer);
                sequence.tokens == *tokens && sequence.targets == *targets
            });
            if !right {
                return Err(Error::NotCertified(format!("sequence {number} is no example of {}", self.task)));
            }
        }
        Ok(())
    }

    /// The battery of one of its sizes.
    ///
    /// # Errors
    /// [`Error::Usage`] where a sequence is none.
    pub fn battery(&self, size: &CertifiedSize) -> Result<Battery, Error> {
        let mut battery = Battery::new();
        for CertifiedSequence { tokens, targets } in self.sequences.iter().take(size.sequences) {
            let added = battery.add(Sequence { tokens: tokens.clone(), targets: targets.clone() });
            added.map_err(|error| Error::Usage(format!("the certificate: {error}")))?;
        }
        Ok(battery)
    }
}
