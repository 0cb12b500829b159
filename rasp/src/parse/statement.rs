//! Pest's statements to the tree's.

use super::expression::{Builder, next_value};
use super::grammar::Rule;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Command, Function, Statement, StatementForm, Which};
use pest::iterators::{Pair, Pairs};
use std::sync::Arc;

impl Builder {
    /// The tree of a `statement` pair.
    pub(super) fn statement(&self, pair: Pair<'_, Rule>) -> Result<Statement, Diagnostic> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let parts = pair.into_inner();
        let form = match rule {
            Rule::expression_statement => StatementForm::Show(next_value(&mut self.values(parts))?),
            Rule::assignment => StatementForm::Assign { names: self.names(&parts), values: self.values(parts).collect::<Result<_, _>>()? },
            Rule::draw => {
                let mut values = self.values(parts);
                StatementForm::Draw { sop: next_value(&mut values)?, input: values.next().transpose()? }
            }
            Rule::load => StatementForm::Load { path: unquoted(part(&parts, Rule::string).as_str()).to_owned() },
            Rule::definition => StatementForm::Define(Arc::new(self.function(&parts)?)),
            Rule::for_loop => {
                StatementForm::For { names: self.names(&parts), body: self.body(&parts)?, iterable: next_value(&mut self.values(parts))? }
            }
            _ => StatementForm::Command(self.command(rule, parts)?),
        };
        Ok(Statement { form, span })
    }

    fn function(&self, parts: &Pairs<'_, Rule>) -> Result<Function, Diagnostic> {
        Ok(Function {
            name: self.name(&part(parts, Rule::name)),
            parameters: self.names(parts),
            body: self.body(parts)?,
            results: self.values(part(parts, Rule::return_statement).into_inner()).collect::<Result<_, _>>()?,
        })
    }

    fn command(&self, rule: Rule, parts: Pairs<'_, Rule>) -> Result<Command, Diagnostic> {
        let mut which = Which::Both;
        let mut on = false;
        let mut setting = None;
        for part in parts {
            match part.as_rule() {
                Rule::which if part.as_str() == "s-op" => which = Which::Sop,
                Rule::which => which = Which::Selector,
                Rule::on => on = true,
                Rule::setting => setting = Some(self.expression(part)?),
                _ => {}
            }
        }
        Ok(match (rule, setting) {
            (_, Some(value)) => Command::SetExample(which, value),
            (Rule::show_example, _) => Command::ShowExample(which),
            (Rule::toggle_examples, _) => Command::Examples(which, on),
            (Rule::toggle_display, _) => Command::FullDisplay(on),
            _ => Command::Exit,
        })
    }

    fn body(&self, parts: &Pairs<'_, Rule>) -> Result<Vec<Statement>, Diagnostic> {
        let is_statement = |rule| {
            use Rule::{assignment, definition, draw, expression_statement, for_loop, load};
            matches!(rule, definition | for_loop | load | draw | assignment | expression_statement)
        };
        parts.clone().filter(|part| is_statement(part.as_rule())).map(|part| self.statement(part)).collect()
    }
}

/// The text between the quotes.
pub(super) fn unquoted(string: &str) -> &str {
    string.trim_matches('"')
}

/// The part of this rule, which the grammar says is there.
fn part<'i>(parts: &Pairs<'i, Rule>, rule: Rule) -> Pair<'i, Rule> {
    parts.clone().find(|part| part.as_rule() == rule).expect("the grammar has such a part")
}
