//! Problems of a program's text and warnings about it: a stable code, a message, labelled spans and the way out; rendered here and nowhere else.

use crate::span::{Location, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// A file with more problems than this is reported up to here.
const MOST_PROBLEMS: usize = 100;

/// What kind of problem or warning; the code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// E0001: the file does not begin with `#lang`.
    MissingDialect,
    /// E0002: `#lang` names no dialect.
    UnknownDialect,
    /// E0101: the text is not in the grammar.
    Syntax,
    /// E0102: brackets, operators or calls go too deep.
    TooDeep,
    /// E0103: `a < b < c`.
    ChainedComparison,
    /// E0104: a function body is not statements and then one `return`.
    FunctionBody,
    /// E0105: `return` outside a function.
    StrayReturn,
    /// E0106: an operator, literal or construct that the dialect does not have.
    NotInDialect,
    /// E0107: a comment inside a statement of a session.
    MisplacedComment,
    /// E0201: a name that nothing has.
    UnknownName,
    /// E0202: a built-in name given to something else.
    ReservedName,
    /// E0203: a symbol, function or parameter defined twice.
    DefinedTwice,
    /// E0204: a function that calls itself or a later one.
    Recursion,
    /// E0205: too few or too many arguments.
    WrongArity,
    /// E0206: a call of something that is no function.
    NotAFunction,
    /// E0207: a function used as a value.
    FunctionAsValue,
    /// E0301: an integer that is not an int8.
    IntegerRange,
    /// E0302: constant arithmetic without an int8 result.
    ConstantFault,
    /// E0401: tokens, indices and booleans mixed.
    MixedTypes,
    /// E0402: an index used as a number.
    IndexRule,
    /// E0403: a selector combined, compared or computed with.
    SelectorRule,
    /// E0404: not a selector where one is needed.
    ExpectedSelector,
    /// E0405: not a comparison where one is needed, or one where none is.
    ExpectedComparison,
    /// E0406: a default that the aggregation cannot give.
    WrongDefault,
    /// P0001: the widths of two selectors compared, as in a listing of the paper.
    WidthsCompared,
    /// P0002: an index moved by more than one step at once, as in a listing of the paper.
    SeveralSteps,
    /// P0003: a default outside int8, as in a listing of the paper.
    Sentinel,
    /// E0501: the program grows too large when its functions are inlined.
    TooLarge,
    /// E0502: the last statement is not a sequence.
    NoOutput,
    /// E0601: a value of the wrong kind for what is done with it.
    WrongValue,
    /// E0602: an operation without a result, such as a division by zero.
    NoResult,
    /// E0603: a file that cannot be loaded.
    CannotLoad,
    /// E0604: a limit of the interpreter.
    LimitReached,
    /// E0701: a comment that begins as an example and is none.
    MalformedExample,
    /// E0702: an example of the program that it does not fulfil.
    FailedExample,
    /// E0703: a symbol that the task has not, or has for another token.
    ForeignSymbol,
    /// W0001: `not a == b` is `(not a) == b`.
    NotFirst,
    /// W0002: `x in l and y` is `x in (l and y)`.
    InLast,
    /// W0003: `a if b else c if d else e` is `(a if b else c) if d else e`.
    ConditionalChain,
    /// W0004: `a % b * c` is `a % (b * c)`.
    RemainderMix,
    /// W0005: `-a ^ b` is `(-a) ^ b`.
    SignFirst,
    /// W0006: `a or b and c` is `(a or b) and c`.
    AndOrMix,
    /// W0007: `a < b < c` is `(a < b) < c`.
    ComparisonChain,
    /// W0008: `a ^ b ^ c` is `(a ^ b) ^ c`.
    PowerChain,
}

impl Code {
    /// The code as printed, such as `E0201`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::MissingDialect => "E0001",
            Code::UnknownDialect => "E0002",
            Code::Syntax => "E0101",
            Code::TooDeep => "E0102",
            Code::ChainedComparison => "E0103",
            Code::FunctionBody => "E0104",
            Code::StrayReturn => "E0105",
            Code::NotInDialect => "E0106",
            Code::MisplacedComment => "E0107",
            Code::UnknownName => "E0201",
            Code::ReservedName => "E0202",
            Code::DefinedTwice => "E0203",
            Code::Recursion => "E0204",
            Code::WrongArity => "E0205",
            Code::NotAFunction => "E0206",
            Code::FunctionAsValue => "E0207",
            Code::IntegerRange => "E0301",
            Code::ConstantFault => "E0302",
            Code::MixedTypes => "E0401",
            Code::IndexRule => "E0402",
            Code::SelectorRule => "E0403",
            Code::ExpectedSelector => "E0404",
            Code::ExpectedComparison => "E0405",
            Code::WrongDefault => "E0406",
            Code::WidthsCompared => "P0001",
            Code::SeveralSteps => "P0002",
            Code::Sentinel => "P0003",
            Code::TooLarge => "E0501",
            Code::NoOutput => "E0502",
            Code::WrongValue => "E0601",
            Code::NoResult => "E0602",
            Code::CannotLoad => "E0603",
            Code::LimitReached => "E0604",
            Code::MalformedExample => "E0701",
            Code::FailedExample => "E0702",
            Code::ForeignSymbol => "E0703",
            Code::NotFirst => "W0001",
            Code::InLast => "W0002",
            Code::ConditionalChain => "W0003",
            Code::RemainderMix => "W0004",
            Code::SignFirst => "W0005",
            Code::AndOrMix => "W0006",
            Code::ComparisonChain => "W0007",
            Code::PowerChain => "W0008",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    Error,
    Warning,
}

/// One problem, or one warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    code: Code,
    message: String,
    span: Span,
    label: String,
    others: Vec<(Span, String)>,
    remarks: Vec<Remark>,
}

/// What stands below the lines of source.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Remark {
    Note(String),
    Help(String),
}

impl Diagnostic {
    /// A problem at `span`, with a word or two on what is there.
    pub(crate) fn new(code: Code, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        let (severity, message, label) = (Severity::Error, message.into(), label.into());
        Diagnostic { severity, code, message, span, label, others: Vec::new(), remarks: Vec::new() }
    }

    /// Something at `span` that has a meaning, though likely not the one meant.
    pub(crate) fn warning(code: Code, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::new(code, message, span, label) }
    }

    /// The same, where it is allowed after all.
    #[must_use]
    pub(crate) fn into_warning(self) -> Self {
        Diagnostic { severity: Severity::Warning, ..self }
    }

    /// The same, with nothing said of the places inside.
    #[must_use]
    pub(crate) fn without_labels(mut self) -> Self {
        self.others.clear();
        self.label.clear();
        self
    }

    /// Another word on what is there.
    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Another place that matters.
    #[must_use]
    pub(crate) fn and(mut self, span: Span, label: impl Into<String>) -> Self {
        self.others.push((span, label.into()));
        self
    }

    /// The rule or fact that makes it a problem.
    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.remarks.push(Remark::Note(note.into()));
        self
    }

    /// The way out.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.remarks.push(Remark::Help(help.into()));
        self
    }

    /// Whether the program has a meaning all the same.
    pub fn is_warning(&self) -> bool {
        self.severity == Severity::Warning
    }

    /// What kind of problem.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The rules and facts that make it a problem, perhaps none.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.remarks.iter().filter_map(|remark| if let Remark::Note(note) = remark { Some(note.as_str()) } else { None })
    }

    /// The ways out, perhaps none.
    pub fn helps(&self) -> impl Iterator<Item = &str> {
        self.remarks.iter().filter_map(|remark| if let Remark::Help(help) = remark { Some(help.as_str()) } else { None })
    }

    fn render(&self, file_name: &str, source: &str, renderer: &Renderer) -> String {
        let annotate = |kind: AnnotationKind, span: Span, label: &str| {
            let annotation = kind.span(span.start.min(source.len())..span.end.min(source.len()));
            if label.is_empty() { annotation } else { annotation.label(label.to_owned()) }
        };
        let snippet = Snippet::source(source)
            .path(file_name)
            .annotation(annotate(AnnotationKind::Primary, self.span, &self.label))
            .annotations(self.others.iter().map(|(span, label)| annotate(AnnotationKind::Context, *span, label)));
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let group = level
            .primary_title(self.message.as_str())
            .id(self.code.as_str())
            .element(snippet)
            .elements(self.notes().map(|note| Level::NOTE.message(note)))
            .elements(self.helps().map(|help| Level::HELP.message(help)));
        renderer.render(&[group])
    }
}

/// Problems being gathered: each kind once per place, and not endlessly many.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Diagnostic>,
    seen: HashSet<(Code, Span)>,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Diagnostic) {
        if !self.full() && self.seen.insert((problem.code, problem.span)) {
            self.list.push(problem);
        }
    }

    pub(crate) fn full(&self) -> bool {
        self.list.len() >= MOST_PROBLEMS
    }

    /// Whether this was said of this place already, so that nobody need look for what to say again.
    pub(crate) fn knows(&self, code: Code, span: Span) -> bool {
        self.seen.contains(&(code, span))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// As [`finish`](Self::finish), with the problems of the files that this one loads before its own.
    pub(crate) fn finish_with(self, file_name: &str, source: &str, mut loaded: Vec<Diagnostics>) -> Option<Diagnostics> {
        let own = self.finish(file_name, source);
        loaded.extend(own);
        let mut all = loaded.pop()?;
        all.loaded = loaded;
        Some(all)
    }

    /// The problems in the order of the text; `None` if there are none.
    pub(crate) fn finish(mut self, file_name: &str, source: &str) -> Option<Diagnostics> {
        self.list.sort_by_key(|problem| problem.span);
        (!self.list.is_empty()).then(|| Diagnostics {
            file_name: file_name.to_owned(),
            source: source.into(),
            list: self.list,
            loaded: Vec::new(),
        })
    }
}

/// All problems of a file, at least one, in the order of the text; at most 100.
///
/// `Display` renders them without colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    file_name: String,
    source: Arc<str>,
    list: Vec<Diagnostic>,
    /// Those of the files that it loads.
    loaded: Vec<Diagnostics>,
}

impl Diagnostics {
    /// The problems, each with the lines of source that it is about; with ANSI colours if `color`.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
        let loaded = self.loaded.iter().map(|file| file.render(color));
        let texts: Vec<String> = self.list.iter().map(|problem| problem.render(&self.file_name, &self.source, &renderer)).collect();
        let texts: Vec<String> = loaded.chain(texts).collect();
        texts.join("\n\n")
    }

    /// The problems, first to last.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Where a problem of this file begins.
    pub fn location(&self, problem: &Diagnostic) -> Location {
        Location::find(&self.file_name, &self.source, problem.span.start)
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// The one of `known` that `word` was likely meant to be; of two as close, the longer, since letters are sooner left out than put in.
pub(crate) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most_edits = word.chars().count().div_ceil(3);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), std::cmp::Reverse(candidate.len()), candidate))
        .filter(|&(edits, _, candidate)| edits <= most_edits && edits < candidate.chars().count())
        .min()
        .map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_close() {
        assert_eq!(closest("tokns", ["tokens", "indices"]), Some("tokens"));
        assert_eq!(closest("indexes", ["tokens", "indices"]), Some("indices"));
        assert_eq!(closest("x", ["y"]), None);
        assert_eq!(closest("vote", ["tokens"]), None);
    }

    #[test]
    fn a_problem_is_reported_once_per_place() {
        let mut problems = Problems::default();
        for _ in 0..2 {
            problems.push(Diagnostic::new(Code::Syntax, "no", Span::new(0, 1), "here"));
        }
        let diagnostics = problems.finish("f.rasp", "x").unwrap();
        assert_eq!(diagnostics.iter().count(), 1);
        assert!(diagnostics.render(true).contains("\u{1b}["));
        assert!(!diagnostics.to_string().contains('\u{1b}'));
    }
}
