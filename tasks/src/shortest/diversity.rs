//! From which training length on no shorter impostor is left.

use rasp::rasp_l::search::Search;

use super::{Candidate, Question, Searched, ShortestError, shortest};

/// What the training lengths up to one length admit.
#[derive(Debug, Clone)]
pub struct Diversity {
    /// The largest training length.
    pub len_train_max: usize,
    /// The size of a program that agrees at the training lengths and not beyond, shorter than the shortest that does both; and the program.
    pub impostor: Option<(usize, Candidate)>,
    /// The size from which on nothing is known, since its programs disagree with the task on examples that no battery can hold.
    pub unsettled: Option<usize>,
}

/// For each largest training length, from the smallest on, whether a program of fewer than `size` operations agrees with the task up to there and not beyond; up to
/// the first length at which none does, or the question's largest.
///
/// # Errors
/// [`ShortestError`].
pub fn diversity<E>(
    question: &Question<'_>,
    size: usize,
    search: &mut dyn FnMut(&Search) -> Result<Searched, E>,
) -> Result<Vec<Diversity>, ShortestError<E>> {
    let mut verdicts = Vec::new();
    for len_train_max in question.train.clone() {
        let lengths = question.train.clone().chain(question.beyond.iter().copied());
        let shorter = Question {
            train: *question.train.start()..=len_train_max,
            beyond: lengths.filter(|&length| length > len_train_max).collect(),
            size_max: size.saturating_sub(1),
            until_general: false,
            further: 0,
            ..question.clone()
        };
        let found = shortest(&shorter, search)?;
        let impostor = found.consistent.map(|consistent| (consistent.size, consistent.candidates));
        let impostor = impostor.and_then(|(size, candidates)| candidates.into_iter().next().map(|candidate| (size, candidate)));
        let is_diverse = impostor.is_none() && found.unsettled.is_none();
        verdicts.push(Diversity { len_train_max, impostor, unsettled: found.unsettled });
        if is_diverse {
            break;
        }
    }
    Ok(verdicts)
}
