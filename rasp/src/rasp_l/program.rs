//! A whole program: everything that can be done with one, in one place.

use crate::diagnostic::{Diagnostics, Problems, closest};
use crate::dialect::{self, Dialect};
use crate::example::Tested;
use crate::rasp_l::discipline::Profile;
use crate::rasp_l::elaborate::{self, Elaborated};
use crate::rasp_l::evaluate::{Answers, EvaluationError, Fault, Plan, Run, State};
use crate::rasp_l::generate::Generation;
use crate::rasp_l::graph::{Graph, NodeId};
use crate::rasp_l::layers::{self, Layers};
use crate::rasp_l::length::{self, ProgramLength};
use crate::rasp_l::operation::ArithmeticFault;
use crate::rasp_l::symbol::InputError;
use crate::rasp_l::value::{Sequence, Value};
use crate::rasp_l::{example, generate, subset};
use crate::span::Location;
use std::sync::{Arc, OnceLock};

/// A parsed, checked and elaborated program. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Program {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    file_name: String,
    source: String,
    elaborated: Elaborated,
    /// What the output depends on, inputs first, the output last.
    needed: Vec<NodeId>,
    length: ProgramLength,
    bends: Option<Diagnostics>,
    /// How to evaluate the output everywhere, made when it is first wanted.
    output_plan: OnceLock<Plan>,
    /// How to evaluate it where the next token is wanted.
    next_token_plan: OnceLock<Plan>,
}

impl Program {
    /// Reads a program in the published profile. The file name is only for messages; nothing is opened.
    ///
    /// # Errors
    /// All problems of the text, at most 100 of them.
    pub fn parse(file_name: &str, source: &str) -> Result<Program, Diagnostics> {
        Program::parse_in(Profile::Published, file_name, source)
    }

    /// Reads a program in a profile.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); in the strict profile also each place where the program bends a rule.
    pub fn parse_in(profile: Profile, file_name: &str, source: &str) -> Result<Program, Diagnostics> {
        let mut problems = Problems::default();
        match dialect::read(source) {
            Ok(Dialect::RaspL) => return Program::parse_as(profile, file_name, source),
            Ok(Dialect::Rasp) => problems.push(dialect::refuse_rasp(source)),
            Err(problem) => problems.push(problem),
        }
        Err(problems.finish(file_name, source).expect("there is a problem"))
    }

    /// Reads a text as a program in a profile, whatever dialect its first line names.
    ///
    /// # Errors
    /// As [`parse_in`](Self::parse_in).
    pub fn parse_as(profile: Profile, file_name: &str, source: &str) -> Result<Program, Diagnostics> {
        let mut problems = Problems::default();
        let statements = subset::parse(source, &mut problems);
        let elaborated = elaborate::elaborate(&statements, source.len(), profile, &mut problems);
        if let Some(diagnostics) = problems.finish(file_name, source) {
            return Err(diagnostics);
        }
        let mut elaborated = elaborated.expect("a program without problems has an output");
        let syntax_nodes = length::syntax_nodes(statements.iter().flatten());
        let needed = elaborated.graph.needed_for(elaborated.output);
        let length = length::measure(&elaborated.graph, &needed, elaborated.statements, syntax_nodes);
        let bends = std::mem::take(&mut elaborated.bends).finish(file_name, source);
        let inner = Inner {
            file_name: file_name.to_owned(),
            source: source.to_owned(),
            elaborated,
            needed,
            length,
            bends,
            output_plan: OnceLock::new(),
            next_token_plan: OnceLock::new(),
        };
        Ok(Program { inner: Arc::new(inner) })
    }

    /// The file name.
    pub fn name(&self) -> &str {
        &self.inner.file_name
    }

    /// The text that was parsed.
    pub fn source(&self) -> &str {
        &self.inner.source
    }

    /// The strictest profile that admits the program.
    pub fn profile(&self) -> Profile {
        if self.inner.bends.is_some() { Profile::Published } else { Profile::Strict }
    }

    /// Each place where the program does what only the published profile allows, as warnings; `None` if there is none.
    pub fn bends(&self) -> Option<&Diagnostics> {
        self.inner.bends.as_ref()
    }

    /// The symbols, each a top-level `name = integer;`, in source order.
    pub fn symbols(&self) -> &[(String, i8)] {
        self.inner.elaborated.symbols.list()
    }

    /// The token that a symbol names.
    pub fn symbol(&self, name: &str) -> Option<i8> {
        self.inner.elaborated.symbols.get(name)
    }

    /// Checks that each symbol is one of the `known` ones, which `owner` has, as in `task sort`.
    ///
    /// # Errors
    /// Each symbol that is not, or stands for another token there.
    pub fn check_symbols(&self, owner: &str, known: &[(&str, i8)]) -> Result<(), Diagnostics> {
        let mut problems = Problems::default();
        self.inner.elaborated.symbols.check(owner, known, &mut problems);
        problems.finish(self.name(), self.source()).map_or(Ok(()), Err)
    }

    /// Reads words separated by white space, each an integer or a symbol.
    ///
    /// # Errors
    /// The first word that is neither, or no int8.
    pub fn read_tokens(&self, text: &str) -> Result<Vec<i8>, InputError> {
        self.inner.elaborated.symbols.read(text)
    }

    /// The first symbol that names the token, or else its number.
    pub fn show_token(&self, token: impl Into<i16>) -> String {
        self.inner.elaborated.symbols.show(token.into())
    }

    /// The output on an input: one value per token.
    ///
    /// # Errors
    /// [`EvaluationError::EmptyInput`]; [`EvaluationError::Overflow`] and [`EvaluationError::RemainderByZero`] at any position.
    pub fn evaluate(&self, tokens: &[i8]) -> Result<Sequence, EvaluationError> {
        let mut run = self.run();
        run.extend(tokens)?;
        run.output()
    }

    /// What a top-level name stands for on an input, by its last definition. `tokens` and `indices` are names too.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate), and [`EvaluationError::UnknownName`].
    pub fn evaluate_named(&self, name: &str, tokens: &[i8]) -> Result<Value, EvaluationError> {
        if tokens.is_empty() {
            return Err(EvaluationError::EmptyInput);
        }
        match (self.node(name), name) {
            (Some(node), _) => self.evaluate_node(node, tokens),
            (None, "tokens") => Ok(Value::Sequence(Sequence::Tokens(tokens.iter().copied().map(i16::from).collect()))),
            (None, "indices") => Ok(Value::Sequence(Sequence::Indices((0..tokens.len() as i32).collect()))),
            (None, _) => {
                let names = || self.names().map(|(name, _)| name);
                let way_out = match closest(name, names()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("the program's names are {}", names().chain(["tokens", "indices"]).collect::<Vec<_>>().join(", ")),
                };
                Err(EvaluationError::UnknownName { name: name.to_owned(), way_out })
            }
        }
    }

    /// Runs the program on its own output: its last token is put after the input, until that is `end`. Gives the tokens after the prompt,
    /// up to and including `end`.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate); [`EvaluationError::NoEnd`] when `max_new` tokens came without `end`;
    /// [`EvaluationError::NotTokens`] when the output is indices or booleans.
    pub fn generate(&self, prompt: &[i8], end: i8, max_new: usize) -> Result<Vec<i8>, EvaluationError> {
        let tokens = generate::generate(self, prompt, Some(end), max_new)?;
        if tokens.last() == Some(&end) { Ok(tokens) } else { Err(EvaluationError::NoEnd { end, tokens }) }
    }

    /// As [`generate`](Self::generate), with `most` tokens at most and perhaps no end.
    pub(crate) fn generate_at_most(&self, prompt: &[i8], end: Option<i8>, most: usize) -> Result<Vec<i8>, EvaluationError> {
        generate::generate(self, prompt, end, most)
    }

    /// Runs the examples that the text carries: `#> prompt => answer` on the program's own output, `#> input -> output` position by position.
    ///
    /// # Errors
    /// Comments that begin as examples and cannot be understood.
    pub fn test(&self) -> Result<Tested, Diagnostics> {
        example::test(self)
    }

    /// A run of the program on an input that grows, or on many inputs in turn.
    pub fn run(&self) -> Run {
        Run::new(self.clone())
    }

    /// As [`run`](Self::run), for the next token alone.
    ///
    /// # Errors
    /// [`EvaluationError::NotTokens`] when the output is indices or booleans.
    pub fn generation(&self) -> Result<Generation, EvaluationError> {
        Generation::new(self.clone())
    }

    /// The program's length by every measure.
    pub fn length(&self) -> ProgramLength {
        self.inner.length.clone()
    }

    /// The attention layers, each operation as early as can be.
    pub fn layers(&self) -> Layers {
        layers::schedule(self.graph(), &self.inner.needed)
    }

    /// The program's operations.
    pub fn graph(&self) -> &Graph {
        &self.inner.elaborated.graph
    }

    /// The node of the output, which is the last statement.
    pub fn output(&self) -> NodeId {
        self.inner.elaborated.output
    }

    /// The top-level names of sequences and selectors, with the nodes of their last definitions, in the order of those.
    pub fn names(&self) -> impl Iterator<Item = (&str, NodeId)> {
        self.inner.elaborated.names.iter().map(|(name, node)| (name.as_str(), *node))
    }

    /// The node that a top-level name last stands for.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        self.names().find(|&(other, _)| other == name).map(|(_, node)| node)
    }

    /// The place in the source where a node was first written.
    pub fn location(&self, node: NodeId) -> Location {
        Location::find(&self.inner.file_name, &self.inner.source, self.graph().origin(node).start)
    }

    fn evaluate_node(&self, node: NodeId, tokens: &[i8]) -> Result<Value, EvaluationError> {
        if tokens.is_empty() {
            return Err(EvaluationError::EmptyInput);
        }
        let plan = Plan::new(self.graph(), node, Answers::All);
        let mut state = State::new(&plan);
        state.extend(&plan, tokens).map_err(|fault| self.explain(fault))?;
        Ok(state.value(&plan, self.graph(), node))
    }

    /// How to evaluate the output everywhere.
    pub(crate) fn output_plan(&self) -> &Plan {
        self.inner.output_plan.get_or_init(|| Plan::new(self.graph(), self.output(), Answers::All))
    }

    /// How to evaluate the output where the next token is wanted.
    pub(crate) fn next_token_plan(&self) -> &Plan {
        self.inner.next_token_plan.get_or_init(|| Plan::new(self.graph(), self.output(), Answers::Last))
    }

    pub(crate) fn explain(&self, Fault { node, position, cause }: Fault) -> EvaluationError {
        let location = self.location(node);
        match cause {
            ArithmeticFault::Overflow { operation, result } => EvaluationError::Overflow { location, position, operation, result },
            ArithmeticFault::RemainderByZero { left } => EvaluationError::RemainderByZero { location, position, left },
            ArithmeticFault::Sentinel { operation, sentinel } => EvaluationError::Sentinel { location, position, operation, sentinel },
        }
    }
}
