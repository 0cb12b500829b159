//! Tokens, their names, and their ids in a model. Knows nothing of tasks.

use std::fmt;

use crate::error::TaskError;

/// Ends the prompt; smaller than every data token, as the sorting program needs. Its name is `sep`.
pub const SEP: i8 = -1;
/// Ends the answer. Its name is `eos`.
pub const EOS: i8 = -2;
/// Starts the prompt, in the one task that needs it. Its name is `sos`.
pub const SOS: i8 = -3;
/// Stands between two summands. Its name is `plus`.
pub const PLUS: i8 = -4;
/// Stands between a scratchpad and what follows from it. Its name is `comma`.
pub const COMMA: i8 = -5;
/// An even number of ones so far. Its name is `even`; the paper writes `+`.
pub const EVEN: i8 = -6;
/// An odd number of ones so far. Its name is `odd`; the paper writes `-`.
pub const ODD: i8 = -7;

/// An ordered list of named tokens; a token's place in it is its id in a model.
///
/// The special tokens that the task uses come first, then the data in order. Sorting with an alphabet of 3:
///
/// | id | 0 | 1 | 2 | 3 | 4 |
/// |---|---|---|---|---|---|
/// | token | -1 | -2 | 0 | 1 | 2 |
/// | name | `sep` | `eos` | `0` | `1` | `2` |
///
/// ```
/// let vocabulary = tasks::Vocabulary::new([("sep", -1), ("eos", -2), ("0", 0), ("1", 1), ("2", 2)])?;
/// assert_eq!(vocabulary.encode(&[2, 0, -1])?, [4, 2, 0]);
/// assert_eq!(vocabulary.show(&[2, 0, -1]), "2 0 sep");
/// # Ok::<(), tasks::TaskError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Vocabulary {
    named: Vec<(String, i8)>,
    /// The id of each token, at the token's bits read as unsigned: encoding is one look-up a token.
    ids: [Option<u8>; 256],
}

impl Vocabulary {
    /// The vocabulary of these names and tokens, in this order.
    ///
    /// # Errors
    /// [`TaskError::RepeatedToken`] when a name or a token comes twice.
    pub fn new<N: Into<String>>(named: impl IntoIterator<Item = (N, i8)>) -> Result<Self, TaskError> {
        let named: Vec<(String, i8)> = named.into_iter().map(|(name, token)| (name.into(), token)).collect();
        for (idx, (name, token)) in named.iter().enumerate() {
            if named[..idx].iter().any(|(other_name, other)| other_name == name || other == token) {
                return Err(TaskError::RepeatedToken { name: name.clone(), token: *token });
            }
        }
        Ok(Self::of_distinct(named))
    }

    /// The special tokens, then `0..alphabet`, each named by its number.
    pub(crate) fn with_data(special: &[(&str, i8)], alphabet: usize) -> Self {
        Self::with_tokens(special, (0..alphabet as i8).map(|token| (token.to_string(), token)))
    }

    /// The special tokens, then these, all of them distinct.
    pub(crate) fn with_tokens(special: &[(&str, i8)], tokens: impl Iterator<Item = (String, i8)>) -> Self {
        let special = special.iter().map(|(name, token)| ((*name).to_owned(), *token));
        Self::of_distinct(special.chain(tokens).collect())
    }

    fn of_distinct(named: Vec<(String, i8)>) -> Self {
        let mut ids = [None; 256];
        for (id, (_, token)) in named.iter().enumerate() {
            ids[slot(*token)] = Some(id as u8);
        }
        Self { named, ids }
    }

    /// The number of tokens, special ones included.
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Whether it holds no token at all.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// The id of a token in a model.
    pub fn id(&self, token: i8) -> Option<u32> {
        self.ids[slot(token)].map(u32::from)
    }

    /// The token of an id.
    pub fn token(&self, id: u32) -> Option<i8> {
        self.named.get(id as usize).map(|(_, token)| *token)
    }

    /// The name of a token: `sep` for -1, `12` for 12.
    pub fn name(&self, token: i8) -> Option<&str> {
        self.ids[slot(token)].map(|id| self.named[usize::from(id)].0.as_str())
    }

    /// The special tokens, which are the negative ones, as (name, token) in the order of their ids.
    pub fn symbols(&self) -> impl Iterator<Item = (&str, i8)> {
        self.named.iter().filter(|(_, token)| *token < 0).map(|(name, token)| (name.as_str(), *token))
    }

    /// The ids of these tokens.
    ///
    /// # Errors
    /// [`TaskError::UnknownToken`] at the first token that is not here.
    pub fn encode(&self, tokens: &[i8]) -> Result<Vec<u32>, TaskError> {
        let id = |&token| self.id(token).ok_or_else(|| TaskError::UnknownToken { token, vocabulary: self.describe() });
        tokens.iter().map(id).collect()
    }

    /// These tokens as text, names between spaces; a token that is not here is shown as `?` and its number, `?77`.
    pub fn show(&self, tokens: &[i8]) -> String {
        let name = |&token| self.name(token).map_or_else(|| format!("?{token}"), str::to_owned);
        tokens.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    /// Its names, the data shortened: `sep, eos, 0 to 99`.
    fn describe(&self) -> String {
        let mut names: Vec<&str> = self.symbols().map(|(name, _)| name).collect();
        let data: Vec<&str> = self.named.iter().filter(|(_, token)| *token >= 0).map(|(name, _)| name.as_str()).collect();
        let range = match data[..] {
            [] => return names.join(", "),
            [only] => only.to_owned(),
            [first, .., last] => format!("{first} to {last}"),
        };
        names.push(&range);
        names.join(", ")
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vocabulary({})", self.describe())
    }
}

fn slot(token: i8) -> usize {
    usize::from(token.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_sort() -> Vocabulary {
        Vocabulary::with_data(&[("sep", SEP), ("eos", EOS)], 100)
    }

    #[test]
    fn special_tokens_come_first_then_the_data_in_order() {
        let vocabulary = of_sort();
        assert_eq!(vocabulary.len(), 102);
        assert_eq!(vocabulary.encode(&[SEP, EOS, 0, 99]).unwrap(), [0, 1, 2, 101]);
        assert_eq!(vocabulary.symbols().collect::<Vec<_>>(), [("sep", SEP), ("eos", EOS)]);
    }

    #[test]
    fn ids_and_tokens_undo_each_other() {
        let vocabulary = of_sort();
        for id in 0..vocabulary.len() as u32 {
            assert_eq!(vocabulary.token(id).and_then(|token| vocabulary.id(token)), Some(id));
        }
        assert_eq!(vocabulary.token(102), None);
        assert_eq!(vocabulary.id(100), None);
        assert_eq!(vocabulary.name(-3), None);
    }

    #[test]
    fn what_is_not_in_it_is_refused_or_marked() {
        let vocabulary = of_sort();
        insta::assert_snapshot!(vocabulary.encode(&[4, 100]).unwrap_err(), @"token 100 is not in the vocabulary, which holds sep, eos, 0 to 99: use the vocabulary of the task that made it");
        assert_eq!(vocabulary.show(&[4, 100, SOS, EOS]), "4 ?100 ?-3 eos");
    }

    #[test]
    fn names_and_tokens_are_distinct() {
        insta::assert_snapshot!(Vocabulary::new([("a", 0), ("b", 0)]).unwrap_err(), @"the vocabulary holds `b` (0) twice: names and tokens must be distinct");
        insta::assert_snapshot!(Vocabulary::new([("a", 0), ("a", 1)]).unwrap_err(), @"the vocabulary holds `a` (1) twice: names and tokens must be distinct");
    }
}
