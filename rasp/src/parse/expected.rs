//! What could have stood where pest stopped, in words.

use super::grammar::Rule;
use pest::error::{Error, ErrorVariant};
use std::collections::BTreeSet;

/// The rules that pest tried at the furthest place it came to.
pub(super) struct Expected {
    rules: Vec<Rule>,
    /// Those that must not match there, and do.
    refused: Vec<Rule>,
}

impl Expected {
    pub(super) fn of(error: &Error<Rule>) -> Self {
        match &error.variant {
            ErrorVariant::ParsingError { positives, negatives } => Expected { rules: positives.clone(), refused: negatives.clone() },
            ErrorVariant::CustomError { .. } => Expected { rules: Vec::new(), refused: Vec::new() },
        }
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }

    pub(super) fn has_only(&self, rule: Rule) -> bool {
        self.rules == [rule]
    }

    pub(super) fn refuses(&self, rule: Rule) -> bool {
        self.refused.contains(&rule)
    }

    pub(super) fn a_statement(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::item | Rule::rasp_l_item | Rule::EOI | Rule::definition | Rule::def_word))
    }

    pub(super) fn an_operator(&self) -> bool {
        self.has(Rule::add)
    }

    pub(super) fn an_expression(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::expression | Rule::expressions | Rule::arguments | Rule::setting | Rule::integer))
    }

    pub(super) fn a_name(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::name | Rule::names))
    }

    /// Such as "`)` or an operator".
    pub(super) fn in_words(&self) -> String {
        let mut words: BTreeSet<&str> = self.rules.iter().flat_map(|&rule| self.describe(rule)).copied().collect();
        if words.contains("`;`") {
            // A second value is rarely what is missing.
            words.remove("`,`");
        }
        let words: Vec<&str> = words.into_iter().collect();
        match &words[..] {
            [] => "something else".to_owned(),
            [only] => (*only).to_owned(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        }
    }

    /// Nothing where another rule's words say enough.
    fn describe(&self, rule: Rule) -> &'static [&'static str] {
        if self.a_statement() {
            return match rule {
                Rule::return_word | Rule::return_statement => &["`return`"],
                Rule::close_body => &["`}`"],
                _ => &["a statement"],
            };
        }
        let is_operand = self.an_expression();
        match rule {
            Rule::semicolon => &["`;`"],
            Rule::comma => &["`,`"],
            Rule::colon => &["`:`"],
            // Any value could have been called, indexed, or the first of a comprehension's; nobody needs to be told. Nor that a name of
            // `rasp-l` may be a word of a command.
            Rule::open
            | Rule::open_list
            | Rule::for_word
            | Rule::for_clause
            | Rule::which
            | Rule::example_word
            | Rule::examples_word
            | Rule::on
            | Rule::off
            | Rule::string
                if self.an_operator() =>
            {
                &[]
            }
            Rule::open if !is_operand => &["`(`"],
            Rule::close => &["`)`"],
            Rule::close_list => &["`]`"],
            Rule::open_body => &["`{`"],
            Rule::close_body | Rule::close_dict => &["`}`"],
            Rule::assign => &["`=`"],
            Rule::else_word => &["`else`"],
            Rule::in_word if !self.an_operator() => &["`in`"],
            Rule::example_word => &["`example`"],
            Rule::examples_word => &["`examples`"],
            Rule::which => &["`s-op`", "`selector`"],
            Rule::sop => &["`s-op`"],
            Rule::selector => &["`selector`"],
            Rule::on => &["`on`"],
            Rule::off => &["`off`"],
            Rule::string if !is_operand => &["text in double quotes"],
            Rule::comparison | Rule::select_comparison if !self.an_operator() && !is_operand => &["a comparison"],
            Rule::name | Rule::names if !is_operand => &["a name"],
            _ if self.an_operator() => &["an operator"],
            _ => &["an expression"],
        }
    }
}
