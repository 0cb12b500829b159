//! The table of rules, by what they are about.
//!
//! A rule may be put in only if it keeps the one condition of `shorten`: on every input on which all that is in the graph has a value, so does
//! what the rule adds, and the same one. So a rule may drop what can fail; it may add it only where it cannot fail, as far as is known of its
//! operands. Each rule is tried by itself on random programs.

mod aggregation;
mod arithmetic;
mod boolean;
mod conditional;
mod order;
mod part;
mod selector;
mod switch;

use super::rule::{Provided, Rule};

pub(super) fn table() -> Vec<Rule> {
    [boolean::rules(), conditional::rules(), arithmetic::rules(), order::rules(), selector::rules(), aggregation::rules(), switch::rules()]
        .into_iter()
        .flatten()
        .collect()
}

/// Rules without conditions.
fn plain(rules: &[(&str, &str)]) -> Vec<Rule> {
    rules.iter().map(|(old, new)| Rule::text(old, new, &[])).collect()
}

/// Rules with conditions.
fn conditional(rules: &[(&str, &str, &[Provided])]) -> Vec<Rule> {
    rules.iter().map(|(old, new, provided)| Rule::text(old, new, provided)).collect()
}
