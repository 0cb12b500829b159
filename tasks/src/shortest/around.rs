//! Shorter programs near a known one: all that keep a part of it, and have fewer operations in all.

use rasp::rasp_l::Program;
use rasp::rasp_l::search::{Known, Search, SearchError};

use super::{Candidate, Examples, Question, Searched, ShortestError, battery};

/// What a search around a known program came to.
#[derive(Debug, Clone)]
pub struct Bettered {
    /// The shortest program that was found, right at every length tried; `None` where none was shorter than the known one.
    pub candidate: Option<Candidate>,
    /// Parts that were kept, one search each and battery.
    pub searches: usize,
    /// Parts that could not be.
    pub passed_over: usize,
}

/// Keeps every part of a known program in turn, and searches what is left of it with at most `question.size_max` new operations, until no such program is shorter.
///
/// With all of a known program's `m` operations but `k` kept, programs with fewer than `k` new ones are shorter, and are gone through. A shorter program that shares less
/// with the known one may exist, or one that reads an operation that was out of sight for want of room.
///
/// # Errors
/// [`ShortestError`].
pub fn around<E>(
    question: &Question<'_>,
    known: &Program,
    search: &mut dyn FnMut(&Search) -> Result<Searched, E>,
) -> Result<Bettered, ShortestError<E>> {
    let mut battery = battery::first(question.task, &question.train, &question.trials)?;
    if battery.sequences().is_empty() {
        return Err(ShortestError::LongExamples { task: question.task.name() });
    }
    let examples = Examples::new(question)?;
    let mut bettered = Bettered { candidate: None, searches: 0, passed_over: 0 };
    let mut shortest = Known::new(known);
    'shorter: loop {
        for new in 1..=question.size_max.min(shortest.len().saturating_sub(2)) {
            for part in shortest.parts(shortest.len() - 1 - new) {
                loop {
                    let made = match Search::around(&question.space, &battery, new, &part) {
                        Ok(made) => made,
                        Err(SearchError::NothingKept) => {
                            bettered.passed_over += 1;
                            break;
                        }
                        Err(error) => return Err(error.into()),
                    };
                    bettered.searches += 1;
                    let searched = search(&made).map_err(ShortestError::Stopped)?;
                    let tried = examples.sort_out(question, &searched, true);
                    if let Some(candidate) = tried.candidates.into_iter().next() {
                        shortest = Known::new(&candidate.program);
                        bettered.candidate = Some(candidate);
                        continue 'shorter;
                    }
                    if searched.agreeing == 0 || !battery::grow(&mut battery, &tried.wrong_anywhere, super::ADDED_AT_ONCE)? {
                        break;
                    }
                }
            }
        }
        return Ok(bettered);
    }
}
