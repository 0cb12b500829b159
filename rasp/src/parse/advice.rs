//! The way out of the syntax errors that newcomers make, most of them from other languages.

use super::grammar::Rule;
use super::recover::Failure;
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::dialect::Dialect;
use crate::rasp_l::Lack;
use crate::span::Span;

/// Operators of other languages, longest first, and what to write.
const FOREIGN: [(&str, &str); 18] = [
    ("===", "equal is `a == b`"),
    ("/*", "a comment begins with `#` and ends with its line"),
    ("&&", "both is `a and b`"),
    ("||", "either is `a or b`"),
    ("<>", "not equal is `not (a == b)`"),
    ("=<", "at most is `a <= b`"),
    ("=>", "at least is `a >= b`"),
    ("->", "a function is `def f(x) { return x; }`"),
    ("+=", "write the name twice: `a = a + b;`"),
    ("-=", "write the name twice: `a = a - b;`"),
    ("*=", "write the name twice: `a = a * b;`"),
    ("/=", "write the name twice: `a = a / b;`"),
    ("%=", "write the name twice: `a = a % b;`"),
    ("^=", "write the name twice: `a = a ^ b;`"),
    ("!", "the opposite is `not a`"),
    ("&", "both is `a and b`"),
    ("|", "either is `a or b`"),
    ("?", "a choice is `a if condition else b`"),
];

/// Those that are foreign to one dialect alone, or for which each has another thing to write; looked for first.
const FOREIGN_TO_RASP: [(&str, &str); 6] = [
    ("//", "`round((a - a % b) / b)` is the whole part of `a / b`; a comment begins with `#`"),
    ("**", "a power is `a ^ b`"),
    ("!==", "not equal is `not (a == b)`"),
    ("!=", "not equal is `not (a == b)`; only the third argument of `select(` may be `!=`"),
    ("'", "text stands in double quotes: `\"...\"`"),
    ("`", "text stands in double quotes: `\"...\"`"),
];
const FOREIGN_TO_RASP_L: [(&str, &str); 3] = [
    ("!==", "not equal is `a != b`"),
    ("!", "the opposite is `not a`, not equal is `a != b`"),
    ("//", "tokens have `+`, `-`, `*` and `%`; a comment begins with `#`"),
];

/// The beginnings of what RASP-L lacks, and `rasp` writes in another way.
const LACKING: [(&str, Lack); 3] = [("**", Lack::Operation("**")), ("'", Lack::Text), ("`", Lack::Text)];

/// Words of other languages that are only names here, and what to write.
const FOREIGN_WORDS: [(&str, &str); 4] = [
    ("lambda", "a function has a name: `def f(x) { return x; }`"),
    ("elif", "there are no `if` statements: a choice is `a if condition else b`"),
    ("let", "a name is given by `name = value;`"),
    ("var", "a name is given by `name = value;`"),
];

/// Those for which each dialect has another thing to write.
const WORDS_FOREIGN_TO_RASP: [(&str, &str); 2] =
    [("while", "loops go through lists: `for i in range(3) { ... }`"), ("import", "another file is read by `load \"path\";`")];
const WORDS_FOREIGN_TO_RASP_L: [(&str, &str); 2] = [
    ("while", "there are no loops: write each step, or define a function and call it"),
    ("import", "no file is loaded: the library's functions are there, and others are copied"),
];

const KEYWORDS: [&str; 9] = ["def", "for", "in", "return", "if", "else", "not", "and", "or"];

/// Keywords that are names in `rasp-l`.
const RASP_KEYWORDS: [&str; 14] =
    ["set", "show", "example", "examples", "on", "off", "selector", "s-op", "exit", "quit", "load", "draw", "round", "indicator"];

/// The words that begin statements, to which misspelt ones are compared.
const BEGINNINGS: [&str; 2] = ["def", "return"];
const RASP_BEGINNINGS: [&str; 8] = ["def", "for", "return", "load", "draw", "set", "show", "examples"];

/// The words that make one token with the parenthesis after them.
const GLUED: [&str; 5] = ["select", "aggregate", "range", "zip", "len"];

/// The innermost bracket that is open.
pub(super) struct Bracket<'s> {
    place: usize,
    mark: &'s str,
    /// The word before it, such as the name of a function, and the one before that.
    callee: &'s str,
    introducer: &'s str,
    /// Whether the callee touches it.
    is_adjacent: bool,
    /// The words inside.
    inside: Vec<&'s str>,
}

impl Bracket<'_> {
    pub(super) fn span(&self) -> Span {
        Span::new(self.place, self.place + self.mark.len())
    }

    pub(super) fn is_closed_by(&self, word: &str) -> bool {
        matches!((self.mark, word), ("(", ")") | ("[", "]") | ("{", "}"))
    }
}

impl Failure<'_> {
    fn is_rasp(&self) -> bool {
        self.dialect == Dialect::Rasp
    }

    fn is_keyword(&self, word: &str) -> bool {
        KEYWORDS.contains(&word) || self.is_rasp() && RASP_KEYWORDS.contains(&word)
    }

    /// An operator, number or text of another language.
    pub(super) fn foreign(&self) -> Option<Diagnostic> {
        let language = if self.is_rasp() { "RASP" } else { "RASP-L" };
        let own = if self.is_rasp() { &FOREIGN_TO_RASP[..] } else { &FOREIGN_TO_RASP_L };
        let refuse = |message: String, span: Span, help: &str| {
            Some(Diagnostic::new(Code::NotInDialect, message, span, format!("not in {language}")).help(help))
        };
        let last = self.last_adjacent();
        // The error may be at any of the operator's characters.
        for start in self.at.saturating_sub(2)..=self.at {
            let rest = self.source.get(start..).unwrap_or_default();
            let is_here =
                |symbol: &str| rest.starts_with(symbol) && start + symbol.len() > self.at && !(symbol == "!" && rest.starts_with("!="));
            if let Some((symbol, lack)) = LACKING.iter().find(|(symbol, _)| !self.is_rasp() && is_here(symbol)) {
                return Some(lack.problem(Span::new(start, start + symbol.len())));
            }
            if let Some((symbol, help)) = own.iter().chain(&FOREIGN).find(|(symbol, _)| is_here(symbol)) {
                return refuse(format!("{language} has no `{symbol}`"), Span::new(start, start + symbol.len()), help);
            }
        }
        let digits_before = is_number(last);
        let number_start = self.at - if digits_before { last.len() } else { 0 };
        let after = &self.source[self.at + self.word.len()..];
        let digits_after = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let span = Span::new(number_start, self.at + self.word.len() + digits_after);
        match self.word {
            "." if !digits_before && digits_after == 0 => {
                let span = self.span();
                refuse(format!("{language} has no `.`"), span, "values have no attributes or methods: a function is called as `f(x)`")
            }
            "." if !self.is_rasp() => Some(Lack::Fraction.problem(span)),
            "." => {
                refuse("a number with half its digits".to_owned(), span, "a fraction has digits on both sides of one point: `0.5`, `1.0`")
            }
            "\"" => {
                let end = self.at + self.source[self.at..].find(['\r', '\n']).unwrap_or(self.source.len() - self.at);
                let span = Span::new(self.at, end);
                if !self.is_rasp() {
                    return Some(Lack::Text.problem(span));
                }
                Some(
                    Diagnostic::new(Code::Syntax, "text without an end", span, "no `\"` closes it")
                        .help("text ends on its line, with `\"`"),
                )
            }
            word if digits_before && is_exponent(word) => {
                let help = if self.is_rasp() {
                    "write the power: `1e5` is `10.0 ^ 5`, `1e-5` is `10.0 ^ -5`"
                } else {
                    "write an integer from -128 to 127"
                };
                refuse("a number with an exponent".to_owned(), span, help)
            }
            _ => None,
        }
    }

    /// What to do about the failure, if it is a common one.
    pub(super) fn advice(&self) -> Option<String> {
        let (last, word) = (self.last(), self.word);
        let bracket = self.open_bracket();
        let fixed = |advice: &str| Some(advice.to_owned());
        let own = if self.is_rasp() { WORDS_FOREIGN_TO_RASP } else { WORDS_FOREIGN_TO_RASP_L };
        if let Some((_, advice)) = FOREIGN_WORDS.iter().chain(&own).find(|(foreign, _)| [last, word].contains(foreign)) {
            return fixed(advice);
        }
        if word == ";" && self.at == self.start {
            let ended = self.source[..self.at].trim_end();
            let after_statement = ended.is_empty() || ended.ends_with([';', '{', '}']);
            return fixed(if after_statement { "remove this `;`: no statement is before it" } else { "a session's command has no `;`" });
        }
        if let Some(advice) = bracket.as_ref().and_then(|bracket| self.advice_inside(bracket)) {
            return Some(advice);
        }
        if last == "," && matches!(word, ")" | "]" | "}" | ";" | "=") {
            return fixed("remove the comma before it, or write what follows the comma");
        }
        match word {
            "not" if self.is_rasp() && self.follows("in") => return fixed("write `not (a in b)`"),
            "is" => return fixed("equal is `a == b`"),
            "if" if self.is_rasp() || !self.follows("=") => {
                return fixed("there are no `if` statements: a choice is `a if condition else b`");
            }
            ")" | "]" | "}" if bracket.is_none() => return Some(format!("no bracket is open that `{word}` closes")),
            "examples" if self.is_rasp() && self.expected.has(Rule::example_word) => return fixed("did you mean `example`?"),
            _ if self.expected.has(Rule::else_word) && word != "=" => return fixed("a choice needs both values: `a if condition else b`"),
            _ if self.is_rasp() && last == "load" => return fixed("a path stands in double quotes: `load \"path\";`"),
            _ if word.starts_with(|c: char| c.is_ascii_alphabetic()) && is_number(self.last_adjacent()) => {
                return fixed("a product is `2 * x`; names do not begin with digits");
            }
            _ if word.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii()) => {
                return fixed("names are made of the letters a to z and A to Z, digits and `_`");
            }
            "else" if self.is_rasp() || last == "if" || !self.expected.an_expression() => {
                return fixed("a choice is `a if condition else b`");
            }
            "s-op" => return fixed("`s-op` is a word of its own: to subtract, write `s - op`"),
            "draw" if self.is_rasp() => return fixed("`draw` is a statement, without a value: `draw(s_op, input);`"),
            ":" if self.expected.has(Rule::open_body) => return fixed("a body stands in braces: `{ ... }`"),
            "(" if self.expected.a_name() && last == "for" => return fixed("the names of a loop have no parentheses: `for a, b in list`"),
            "=" if matches!(last, ")" | "]") => return fixed("only names are given values; equal is `==`"),
            _ => {}
        }
        let misnamed = if word == "=" { last } else { word };
        if self.is_keyword(misnamed) {
            return Some(format!("`{misnamed}` is a keyword and cannot be a name"));
        }
        if self.is_rasp() && GLUED.contains(&word) && self.expected.a_name() {
            return Some(format!("`{word}(` belongs to the language: choose another name"));
        }
        if word == "=" {
            return fixed("equal is `==`; one statement has one `=`");
        }
        self.misspelt().map(|meant| format!("did you mean `{meant}`?"))
    }

    /// What is special to the bracket that is open.
    fn advice_inside(&self, bracket: &Bracket<'_>) -> Option<String> {
        let callee = bracket.callee;
        let is_call = bracket.mark == "(" && bracket.is_adjacent;
        let advice = match self.word {
            _ if !self.is_rasp() && bracket.mark == "[" => "there are no lists: give each value a name",
            "," if !self.is_rasp() && bracket.mark == "(" && !self.expected.has(Rule::comma) => {
                "there are no tuples: give each value a name"
            }
            _ if self.is_rasp() && bracket.mark == "(" && !bracket.is_adjacent && callee == "select" => {
                "remove the blank before the parenthesis: `select(` is one word"
            }
            _ if is_call && callee == "select" => "`select` takes a key, a query and a comparison: `select(indices, indices, <)`",
            _ if self.is_rasp() && is_call && callee == "aggregate" => {
                "`aggregate` takes a selector, a value and perhaps a default: `aggregate(sel, indices, 0)`"
            }
            "," if is_call && matches!(callee, "round" | "indicator" | "len") && self.is_rasp() => {
                return Some(format!("`{callee}` takes one argument"));
            }
            "," if self.is_rasp() && is_call && callee == "draw" => "`draw` takes an s-op and perhaps an input",
            "," if bracket.mark == "(" && !self.expected.has(Rule::comma) => "there are no tuples: a list is `[a, b]`",
            "," if bracket.mark == "[" && !self.expected.has(Rule::comma) && !bracket.inside.contains(&"for") => {
                "an index is one value: `table[i][j]` looks up twice"
            }
            ":" if bracket.mark == "[" => "there are no slices: `[list[i] for i in range(1, 3)]` takes a part",
            "=" if bracket.introducer == "def" => "parameters have no default values",
            "=" if bracket.mark == "(" => "equal is `==`; arguments go by their places, not by names",
            // A body, unlike a comprehension, holds a `;` by then.
            word if bracket.inside.contains(&"for")
                && !bracket.inside.contains(&";")
                && (word == "for" || self.expected.has(Rule::else_word)) =>
            {
                "a comprehension takes every item: it has no `if` and no second `for`"
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }

    /// The keyword that the statement's first word was likely meant to be, if another word follows it.
    fn misspelt(&self) -> Option<&'static str> {
        let begins_operand = self.word.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"'));
        let [rest @ .., (_, first)] = &self.before[..] else { return None };
        let begins_statement = rest.last().is_none_or(|(_, word)| matches!(*word, ";" | "{" | "}"));
        let beginnings = if self.is_rasp() { &RASP_BEGINNINGS[..] } else { &BEGINNINGS };
        let is_word = begins_operand && begins_statement && !self.is_keyword(first);
        if is_word { closest(first, beginnings.iter().copied()) } else { None }
    }

    /// Whether `next` is the word after the one that failed.
    fn follows(&self, next: &str) -> bool {
        self.source[self.at + self.word.len()..].trim_start().starts_with(next)
    }

    pub(super) fn open_bracket(&self) -> Option<Bracket<'_>> {
        let mut open: Vec<usize> = Vec::new();
        for (idx, (_, word)) in self.before.iter().enumerate() {
            match *word {
                "(" | "[" | "{" => open.push(idx),
                ")" | "]" | "}" => {
                    open.pop();
                }
                _ => {}
            }
        }
        let idx = open.pop()?;
        let word = |back: usize| idx.checked_sub(back).map_or((0, ""), |idx| self.before[idx]);
        let (callee_place, callee) = word(1);
        let (place, mark) = self.before[idx];
        Some(Bracket {
            place,
            mark,
            callee,
            introducer: word(2).1,
            is_adjacent: callee_place + callee.len() == place,
            inside: self.before[idx + 1..].iter().map(|&(_, word)| word).collect(),
        })
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// The `e5` of `1e5`, or the `e` of `1e-5`.
fn is_exponent(word: &str) -> bool {
    word.strip_prefix(['e', 'E']).is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()))
}
