//! Which tokens of a prompt and its answer belong to one another: those of one significance, or those that are copies.
//!
//! Position coupling (Cho et al. 2024, <https://arxiv.org/abs/2405.20671>) gives them the same position, so that how far apart they stand does not
//! change with the length. Only the task knows which they are.

/// From which end places are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The first token has the first place.
    FromFirst,
    /// The last token has the first place.
    FromLast,
}

/// How the places of a task's tokens are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coupling {
    /// In each run of data tokens of the prompt.
    pub prompt: Counted,
    /// In the answer.
    pub answer: Counted,
    /// Tokens that share a place: 2 where a hint stands before each digit.
    pub tokens: usize,
}

impl Coupling {
    /// Places of a prompt's tokens, and of an answer of so many tokens behind it: from 1 on, and 0 where a token has none.
    ///
    /// What is no data token of the prompt has none. The answer's end, like what may be written beyond it, has the place that comes next; counted from
    /// its last, none.
    pub fn places(self, prompt: &[i8], answer: usize) -> Vec<usize> {
        let mut places: Vec<usize> = Vec::with_capacity(prompt.len() + answer);
        for run in prompt.chunk_by(|&one, &other| (one >= 0) == (other >= 0)) {
            let count = run.len().div_ceil(self.tokens);
            places.extend((0..run.len()).map(|idx| match self.prompt {
                _ if run[0] < 0 => 0,
                Counted::FromFirst => idx / self.tokens + 1,
                Counted::FromLast => count - idx / self.tokens,
            }));
        }
        let most = places.iter().copied().max().unwrap_or(0);
        places.extend((0..answer).map(|idx| match self.answer {
            Counted::FromFirst => idx / self.tokens + 1,
            Counted::FromLast => most.saturating_sub(idx / self.tokens),
        }));
        places
    }
}

#[cfg(test)]
mod tests {
    use crate::{TaskSpec, build};

    /// Places of the task's worked example.
    fn places(name: &str) -> Vec<usize> {
        let task = build(&TaskSpec { name: name.to_owned(), alphabet: None }).unwrap();
        let token = |word: &str| word.parse().unwrap_or_else(|_| task.vocabulary().symbols().find(|(name, _)| *name == word).unwrap().1);
        let tokens = |text: &str| text.split(' ').map(token).collect::<Vec<i8>>();
        let (prompt, answer) = task.format().split_once(" => ").unwrap();
        task.coupling().unwrap().places(&tokens(prompt), tokens(answer).len())
    }

    #[test]
    fn tokens_of_one_significance_share_a_place() {
        // 7 3 9 sep => 7 3 9 eos
        assert_eq!(places("copy-unique"), [1, 2, 3, 0, 1, 2, 3, 4]);
        // 7 3 9 sep => 9 3 7 eos
        assert_eq!(places("reverse-unique"), [1, 2, 3, 0, 3, 2, 1, 0]);
        // 0 5 4 plus 0 3 7 sep => 0 9 1 eos
        assert_eq!(places("addition"), [3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0]);
        // 0 5 4 plus 0 3 7 sep => 1 9 0 eos
        assert_eq!(places("addition-reverse"), [3, 2, 1, 0, 3, 2, 1, 0, 1, 2, 3, 4]);
        // 13 0 12 5 11 4 plus 13 0 12 3 11 7 sep => 11 1 12 9 13 0 eos
        assert_eq!(places("addition-reverse-hints"), [3, 3, 2, 2, 1, 1, 0, 3, 3, 2, 2, 1, 1, 0, 1, 1, 2, 2, 3, 3, 4]);
        // 0 1 2 9 sep => 0 1 3 0 eos
        assert_eq!(places("increment"), [4, 3, 2, 1, 0, 4, 3, 2, 1, 0]);
        // 9 2 1 0 sep => 0 3 1 0 eos
        assert_eq!(places("increment-reverse"), [1, 2, 3, 4, 0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_task_whose_tokens_do_not_correspond_has_no_coupling() {
        for name in ["sort", "count", "parity", "sort-repeat"] {
            assert_eq!(build(&TaskSpec { name: name.to_owned(), alphabet: None }).unwrap().coupling(), None, "{name}");
        }
    }
}
