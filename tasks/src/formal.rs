//! Membership in a formal language: what the languages share. Each language, or family of them, is one file below.

pub(crate) mod automaton;
pub(crate) mod blocks;
pub(crate) mod dyck;
pub(crate) mod even_length;
pub(crate) mod tomita;

use std::fmt;
use std::sync::Arc;

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng, below};
use crate::task::{Example, Task, data_before_sep, not_a_prompt};
use crate::vocabulary::{EOS, SEP, Vocabulary};

/// A language, as its file describes it. Its letters are `0..entry.alphabet_default`.
pub(crate) struct Language {
    pub(crate) entry: &'static Entry,
    /// The letters of one unit of length.
    pub(crate) letters_per_unit: usize,
    /// Whether a word is in the language.
    pub(crate) contains: fn(&[i8]) -> bool,
    /// A member of so many letters, uniform among them; `None` where there is none.
    pub(crate) member: fn(&mut ChaCha8Rng, usize) -> Option<Vec<i8>>,
    /// From so many letters on there are words outside the language.
    pub(crate) outside_from: usize,
    /// A word of so many letters, often outside the language and never obviously.
    pub(crate) lookalike: Option<fn(&mut ChaCha8Rng, usize) -> Vec<i8>>,
}

/// Membership in a language: the prompt is a word and `sep`, the answer `1 eos` for a member and `0 eos` for another word.
///
/// With probability one half the word is a member, uniform among those of its length; where a length has no members it never
/// is, and where it has only members it always is. A word outside is made in one of these ways, equally likely:
///
/// 1. every letter drawn independently and uniformly;
/// 2. a uniform member, one letter of which, anywhere, is replaced by another letter;
/// 3. a uniform member, two letters of which, anywhere, change places;
/// 4. where the language's file tells of one, its lookalike;
///
/// and made anew, the way too, until it is outside. So (1) is far from the language and the others near, and of a kind that
/// cannot leave the language there is none: two letters that change places are no other word of `1 1 1`.
pub struct MembershipTask {
    language: Language,
    vocabulary: Vocabulary,
}

impl MembershipTask {
    pub(crate) fn shared(language: Language) -> Arc<dyn Task> {
        let vocabulary = Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], language.entry.alphabet_default);
        Arc::new(Self { language, vocabulary })
    }

    fn outsider(&self, rng: &mut ChaCha8Rng, letters: usize) -> Vec<i8> {
        let Language { entry, member, lookalike, contains, .. } = self.language;
        let alphabet = entry.alphabet_default;
        let ways = if lookalike.is_some() { 4 } else { 3 };
        loop {
            let word = match (below(rng, ways), lookalike) {
                (0, _) => Some(random::repeated(rng, alphabet, letters)),
                (1, _) => member(rng, letters).map(|word| with_one_replaced(rng, word, alphabet)),
                (2, _) => member(rng, letters).map(|word| with_two_exchanged(rng, word)),
                (_, lookalike) => lookalike.map(|lookalike| lookalike(rng, letters)),
            };
            if let Some(word) = word.filter(|word| !contains(word)) {
                return word;
            }
        }
    }
}

impl fmt::Debug for MembershipTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MembershipTask").field(&self.language.entry.name).finish()
    }
}

impl Task for MembershipTask {
    fn entry(&self) -> &'static Entry {
        self.language.entry
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        self.language.letters_per_unit * length + 3
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let letters = self.language.letters_per_unit * length;
        let inside = below(rng, 2) == 1 || letters < self.language.outside_from;
        let member = if inside { (self.language.member)(rng, letters) } else { None };
        let bit = i8::from(member.is_some());
        let mut prompt = member.unwrap_or_else(|| self.outsider(rng, letters));
        prompt.push(SEP);
        Ok(Example { prompt, answer: vec![bit, EOS] })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let word = data_before_sep(self, prompt)?;
        if word.len() % self.language.letters_per_unit != 0 {
            return Err(not_a_prompt(self, prompt));
        }
        Ok(vec![i8::from((self.language.contains)(word)), EOS])
    }
}

fn with_one_replaced(rng: &mut ChaCha8Rng, mut word: Vec<i8>, alphabet: usize) -> Vec<i8> {
    let pos = below(rng, word.len());
    let step = 1 + below(rng, alphabet - 1);
    word[pos] = ((word[pos] as usize + step) % alphabet) as i8;
    word
}

fn with_two_exchanged(rng: &mut ChaCha8Rng, mut word: Vec<i8>) -> Vec<i8> {
    let (one, other) = (below(rng, word.len()), below(rng, word.len()));
    word.swap(one, other);
    word
}
