//! A rule: what may be put for what. Most are two texts of the language, compiled to a pattern and a template; others are functions of a term.

use super::known::{Equalities, Known, Sort, fits};
use super::rules;
use super::term::{Operation, Term};
use crate::diagnostic::Problems;
use crate::rasp_l::graph::Constant;
use crate::rasp_l::operation::Arithmetic;
use crate::rasp_l::subset;
use crate::syntax::{Binary, Expr, Form, StatementForm, Unary};
use egg::{ENodeOrVar, Id, Language, Pattern, RecExpr, Searcher, Subst, Var};
use std::sync::OnceLock;

/// A term that a rule makes: of classes that there are, and of operations on such terms.
#[derive(Clone, Debug)]
pub(super) enum New {
    Class(Id),
    Of(Operation, Vec<New>),
}

impl New {
    pub(super) fn constant(constant: Constant) -> Self {
        New::Of(Operation::Constant(constant), Vec::new())
    }

    /// The class of the term, new or already there.
    ///
    /// A step is not made after the opposite one: a class that held both would lead from `i < j` to `i + 1 < j + 1`, and on without end.
    pub(super) fn add(&self, graph: &mut Equalities) -> Id {
        let (operation, inputs) = match self {
            New::Class(id) => return *id,
            New::Of(operation, inputs) => (*operation, inputs.iter().map(|input| input.add(graph)).collect::<Vec<Id>>()),
        };
        let opposite = match operation {
            Operation::Successor => Operation::Predecessor,
            Operation::Predecessor => Operation::Successor,
            _ => return graph.add(Term::new(operation, &inputs)),
        };
        let before = graph[inputs[0]].iter().find(|term| term.operation == opposite).map(|term| term.children()[0]);
        before.unwrap_or_else(|| graph.add(Term::new(operation, &inputs)))
    }
}

/// A condition beyond the pattern.
#[derive(Clone, Copy, Debug)]
pub(super) enum Provided {
    /// The sum, difference or product of two variables is an int8, whatever they are.
    Fits(Arithmetic, &'static str, &'static str),
    /// The negative of a variable is an int8.
    Negates(&'static str),
    /// The variable is the same everywhere.
    Constant(&'static str),
    /// The variable is the same everywhere, and above 0.
    Positive(&'static str),
}

/// What a function finds for a term of the graph: terms that are equal to it.
pub(super) type Find = fn(&Equalities, &Term) -> Vec<New>;

/// One rule of the table.
pub(super) struct Rule {
    /// What explanations call it.
    pub(super) name: String,
    form: RuleForm,
}

enum RuleForm {
    Text { old: Pattern<Term>, new: RecExpr<ENodeOrVar<Term>>, variables: Vec<(Var, Option<Sort>)>, provided: Vec<(Provided, Vec<Var>)> },
    Function(Find),
}

/// All rules, in the order in which they are tried.
pub(super) fn all() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(rules::table)
}

impl Rule {
    /// `new` for `old`, both expressions of RASP-L. A name of one letter is whatever is of its sort: `a` to `d` tokens, `p` to `r` booleans, `i`
    /// and `j` indices, `s` a selector, `x` to `z` sequences of any kind.
    pub(super) fn text(old: &str, new: &str, provided: &[Provided]) -> Self {
        let (old_pattern, new_pattern) = (compile(old), compile(new));
        let variables = variables(&old_pattern).into_iter().map(|var| (var, sort(var))).collect();
        let with_variables = |&condition: &Provided| {
            let names = match condition {
                Provided::Fits(_, left, right) => vec![left, right],
                Provided::Negates(name) | Provided::Constant(name) | Provided::Positive(name) => vec![name],
            };
            (condition, names.into_iter().map(variable).collect())
        };
        let provided = provided.iter().map(with_variables).collect();
        Rule {
            name: format!("{old} => {new}"),
            form: RuleForm::Text { old: Pattern::new(old_pattern), new: new_pattern, variables, provided },
        }
    }

    pub(super) fn function(name: &str, find: Find) -> Self {
        Rule { name: name.to_owned(), form: RuleForm::Function(find) }
    }

    /// The old side of a rule that is a text.
    #[cfg(test)]
    pub(super) fn old_text(&self) -> &str {
        self.name.split(" => ").next().unwrap_or_default()
    }

    /// What the rule makes equal to classes of the graph. Constants are left alone: nothing is shorter, and what is equal to one has no end.
    pub(super) fn find(&self, graph: &Equalities) -> Vec<(Id, New)> {
        let is_open = |class: Id| graph[class].data.constant().is_none();
        match &self.form {
            RuleForm::Function(find) => {
                let mut found = Vec::new();
                for class in graph.classes().filter(|class| is_open(class.id)) {
                    for term in &class.nodes {
                        found.extend(find(graph, term).into_iter().map(|new| (class.id, new)));
                    }
                }
                found
            }
            RuleForm::Text { old, new, variables, provided } => {
                let mut found = Vec::new();
                for matched in old.search(graph).into_iter().filter(|matched| is_open(matched.eclass)) {
                    for subst in &matched.substs {
                        let known = |var: &Var| graph[subst[*var]].data;
                        let is_sorted = variables.iter().all(|(var, sort)| match sort {
                            Some(sort) => known(var).sort == *sort,
                            None => known(var).sort != Sort::Selector,
                        });
                        let holds = |(condition, vars): &(Provided, Vec<Var>)| condition.holds(&vars.iter().map(known).collect::<Vec<_>>());
                        if is_sorted && provided.iter().all(holds) {
                            found.push((matched.eclass, instance(new, subst)));
                        }
                    }
                }
                found
            }
        }
    }
}

impl Provided {
    fn holds(self, known: &[Known]) -> bool {
        match (self, known) {
            (Provided::Fits(arithmetic, ..), [left, right]) => fits(arithmetic, left, right),
            (Provided::Negates(_), [one]) => one.low > -128 && one.is_int8(),
            (Provided::Constant(_), [one]) => one.constant().is_some(),
            (Provided::Positive(_), [one]) => one.constant().is_some() && one.low > 0,
            _ => false,
        }
    }
}

fn instance(new: &RecExpr<ENodeOrVar<Term>>, subst: &Subst) -> New {
    let mut made: Vec<New> = Vec::new();
    for (_, part) in new.items() {
        made.push(match part {
            ENodeOrVar::Var(var) => New::Class(subst[*var]),
            ENodeOrVar::ENode(term) => {
                New::Of(term.operation, term.children().iter().map(|&input| made[usize::from(input)].clone()).collect())
            }
        });
    }
    made.pop().expect("a template is not empty")
}

/// The variable of a letter.
fn variable(name: &str) -> Var {
    Var::from_u32(name.bytes().map(u32::from).sum())
}

/// What a variable stands for; `None` for a sequence of any kind.
fn sort(var: Var) -> Option<Sort> {
    let sorts = [("abcd", Sort::Token), ("pqr", Sort::Boolean), ("ij", Sort::Index), ("s", Sort::Selector)];
    let letter = var.as_u32().and_then(char::from_u32)?;
    sorts.into_iter().find(|(letters, _)| letters.contains(letter)).map(|(_, sort)| sort)
}

fn variables(pattern: &RecExpr<ENodeOrVar<Term>>) -> Vec<Var> {
    let all = pattern.items().filter_map(|(_, part)| match part {
        ENodeOrVar::Var(var) => Some(*var),
        ENodeOrVar::ENode(_) => None,
    });
    let mut vars: Vec<Var> = all.collect();
    vars.sort_unstable();
    vars.dedup();
    vars
}

/// An expression as a pattern. The table is fixed and a test compiles all of it, so that a mistake in it is found there.
fn compile(text: &str) -> RecExpr<ENodeOrVar<Term>> {
    let mut problems = Problems::default();
    let source = format!("{text};");
    let statements = subset::parse(&source, &mut problems);
    let mut pattern = RecExpr::default();
    for statement in statements.iter().flatten() {
        if let StatementForm::Show(expr) = &statement.form {
            put(&mut pattern, expr);
        }
    }
    assert!(problems.finish("rule", &source).is_none() && !pattern.is_empty(), "`{text}` is an expression of the language");
    pattern
}

/// Puts an expression at the end of the pattern; gives its place and whether it is an index.
fn put(pattern: &mut RecExpr<ENodeOrVar<Term>>, expr: &Expr) -> (Id, bool) {
    let node = |operation, inputs: &[Id]| ENodeOrVar::ENode(Term::new(operation, inputs));
    let constant = |constant| ENodeOrVar::ENode(Term::constant(constant));
    if let Some(value) = expr.integer() {
        let token = i16::try_from(&value).expect("a rule's integers are small");
        return (pattern.add(constant(Constant::Token(token))), false);
    }
    let (made, is_index) = match &expr.form {
        Form::Name(name) => match &**name {
            "True" | "False" => (constant(Constant::Boolean(&**name == "True")), false),
            _ => (ENodeOrVar::Var(variable(name)), sort(variable(name)) == Some(Sort::Index)),
        },
        Form::Unary(unary, operand) => {
            let operand = put(pattern, operand).0;
            (node(if *unary == Unary::Not { Operation::Not } else { Operation::Negate }, &[operand]), false)
        }
        Form::Binary(binary, left, right) => {
            let (left, is_index) = put(pattern, left);
            if is_index && matches!(binary, Binary::Add | Binary::Subtract) {
                let step = if *binary == Binary::Add { Operation::Successor } else { Operation::Predecessor };
                (node(step, &[left]), true)
            } else {
                let right = put(pattern, right).0;
                let operation = match *binary {
                    Binary::Add => Operation::Arithmetic(Arithmetic::Add),
                    Binary::Subtract => Operation::Arithmetic(Arithmetic::Subtract),
                    Binary::Multiply => Operation::Arithmetic(Arithmetic::Multiply),
                    Binary::Remainder => Operation::Arithmetic(Arithmetic::Remainder),
                    Binary::Compare(comparison) => Operation::Compare(comparison),
                    Binary::And => Operation::And,
                    Binary::Or => Operation::Or,
                    Binary::Divide | Binary::Power => unreachable!("no operation of RASP-L"),
                };
                (node(operation, &[left, right]), false)
            }
        }
        Form::Conditional { condition, yes, no } => {
            let inputs = [condition, yes, no].map(|part| put(pattern, part).0);
            (node(Operation::Where, &inputs), false)
        }
        Form::Call { arguments, .. } => call(pattern, arguments),
        _ => unreachable!("no part of a rule"),
    };
    (pattern.add(made), is_index)
}

/// `select` or `selector_width`: what aggregates has a default, and is a rule's function.
fn call(pattern: &mut RecExpr<ENodeOrVar<Term>>, arguments: &[Expr]) -> (ENodeOrVar<Term>, bool) {
    let mut inputs = Vec::new();
    let mut operation = Operation::Width;
    for argument in arguments {
        match &argument.form {
            Form::Comparison(comparison) => operation = Operation::Select(*comparison),
            _ => inputs.push(put(pattern, argument).0),
        }
    }
    (ENodeOrVar::ENode(Term::new(operation, &inputs)), false)
}
