//! Shorter programs that do the same: a graph of all terms that the rules of the language make equal to those of a program, and the program
//! of the fewest operations in it.
//!
//! **The one condition, of every rule and of the whole: wherever the old program has a value, the new one has the same value.** A program has no
//! value on an input where something that its output needs fails at any position: a result outside int8, a remainder by zero. The new program
//! may have a value there; it may not fail where the old one did not. So the graph is one of equal *on the inputs on which the
//! program has a value*; on these nothing that was in the program fails, and a rule adds what can fail only where it is known not to.
//!
//! Source of the method: Willsey et al. 2021, "egg: fast and extensible equality saturation", <https://doi.org/10.1145/3434304>.

mod extract;
mod known;
mod rule;
mod rules;
mod saturate;
mod term;

use crate::rasp_l::graph::{Graph, NodeId};
use crate::rasp_l::program::Program;
use crate::rasp_l::write;
use rule::Rule;
use saturate::{Saturated, saturate};

/// How much [`shorten`] may do. Nothing is measured in time, so that the same program always gives the same result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortenLimits {
    /// Terms that the graph of equal terms may have.
    pub terms: usize,
    /// Rounds in which every rule is applied wherever it can be.
    pub iterations: usize,
    /// Exchanges of one term for another that the choice of the shortest program may try.
    pub exchanges: usize,
}

impl Default for ShortenLimits {
    fn default() -> Self {
        ShortenLimits { terms: 4_000, iterations: 20, exchanges: 2_000 }
    }
}

/// What [`shorten`] found.
#[derive(Clone, Debug)]
pub struct Shortened {
    /// The shorter program, checked in the old one's profile; or the old one, if none shorter was found.
    pub program: Program,
    /// Rules that lead from the old program to one as short as the shorter one, `old => new` for most: as few as a bounded number of
    /// tries without some of them leaves. Empty if none shorter was found.
    pub rules_used: Vec<String>,
    /// Terms of the graph of equal terms.
    pub nodes: usize,
    /// Rounds that were made.
    pub iterations: usize,
    /// Whether the rules had nothing to add in the end; if not, higher limits may find more.
    pub saturated: bool,
}

/// A program of fewer core operations with the same values, or of as few and fewer bits, if the rules of the language lead to one.
///
/// Wherever `program` has a value, the new program has the same value; it may have one where `program` fails. It obeys the same
/// profile, and keeps the symbols and the examples among the comments; names and other comments are lost. It is never longer, but need not be
/// the shortest that there is: the rules do not know every identity of the language, and the choice is not exhaustive.
///
/// ```
/// use rasp::rasp_l::{Program, ShortenLimits, shorten};
///
/// let program = Program::parse("f.rasp", "#lang rasp-l\nb = not (tokens < 3); aggregate_max(select(b, True, ==), tokens);")?;
/// let shortened = shorten(&program, &ShortenLimits::default());
/// assert_eq!(shortened.program.source(), "#lang rasp-l\n\nnext = aggregate_max(select(tokens, 2, >), tokens);\n");
/// # Ok::<(), rasp::Diagnostics>(())
/// ```
pub fn shorten(program: &Program, limits: &ShortenLimits) -> Shortened {
    let rules: Vec<(usize, &Rule)> = rule::all().iter().enumerate().collect();
    let saturated = saturate(program.graph(), program.output(), &rules, limits);
    let shorter = shorter_in(&saturated, program, limits);
    let rules_used = match &shorter {
        Some(shorter) => rules_used(program, shorter, &rules, &saturated, limits),
        None => Vec::new(),
    };
    Shortened {
        program: shorter.unwrap_or_else(|| program.clone()),
        rules_used,
        nodes: saturated.graph.total_number_of_nodes(),
        iterations: saturated.iterations,
        saturated: saturated.is_whole,
    }
}

/// The measures in which a program is to be shorter.
fn measure(program: &Program) -> (usize, usize) {
    let length = program.length();
    (length.core_operations, length.bits)
}

/// The shortest program found in the graph, if it is shorter than the old one.
fn shorter_in(saturated: &Saturated, program: &Program, limits: &ShortenLimits) -> Option<Program> {
    let (graph, output) = extract::extract(&saturated.graph, &saturated.start, limits.exchanges)?;
    checked(program, &graph, output).filter(|shorter| measure(shorter) < measure(program))
}

/// The program of a graph, read from its text in the old program's profile; `None` if it breaks a rule there or is found to differ.
fn checked(program: &Program, graph: &Graph, output: NodeId) -> Option<Program> {
    let examples = program.source().lines().filter_map(|line| line.trim_start().strip_prefix("#>"));
    let comments: Vec<String> = examples.map(|example| format!(">{example}")).collect();
    let text = write::source(graph, output, program.symbols(), &comments);
    let shorter = Program::parse_in(program.profile(), program.name(), &text).ok()?;
    let is_same = trials(program).all(|input| match program.evaluate(&input) {
        Ok(old) => shorter.evaluate(&input).is_ok_and(|new| new == old),
        Err(_) => true,
    });
    debug_assert!(is_same, "a rule is wrong:\n{}\n{text}", program.source());
    is_same.then_some(shorter)
}

/// Inputs on which the programs are compared, in case that a rule is wrong: small tokens, the program's symbols and the ends of int8.
fn trials(program: &Program) -> impl Iterator<Item = Vec<i8>> {
    let alphabet: Vec<i8> = program.symbols().iter().map(|(_, token)| *token).chain([0, 1, 2, 9, -1, 11, 12, -128, 127]).collect();
    // Knuth's linear congruential generator, for inputs that are the same everywhere.
    let mut state = 0_u64;
    let mut next = move |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    (0..200).map(move |_| {
        let len = 1 + next(12);
        // Fewer kinds of token leave more programs a value.
        let kinds = 1 + next(alphabet.len());
        (0..len).map(|_| alphabet[next(kinds)]).collect()
    })
}

/// How often rules are left out to see whether they are needed.
const MOST_TRIES: usize = 60;

/// Rules that lead to a program as short; found by leaving out half of them, then a quarter, and in the end one after the other.
fn rules_used(
    program: &Program,
    shorter: &Program,
    rules: &[(usize, &Rule)],
    saturated: &Saturated,
    limits: &ShortenLimits,
) -> Vec<String> {
    // Fewer rules leave fewer terms, among which fewer exchanges find as much.
    let limits = ShortenLimits { exchanges: limits.exchanges / 4, ..*limits };
    let suffices = |rules: &[(usize, &Rule)]| {
        let saturated = saturate(program.graph(), program.output(), rules, &limits);
        shorter_in(&saturated, program, &limits).is_some_and(|found| measure(&found) <= measure(shorter))
    };
    let mut used: Vec<(usize, &Rule)> = rules.iter().copied().filter(|(place, _)| saturated.fired.contains(place)).collect();
    let mut chunk = used.len().div_ceil(2).max(1);
    let mut tries = 0;
    loop {
        let mut from = 0;
        while from < used.len() && tries < MOST_TRIES {
            tries += 1;
            let rest: Vec<_> = [&used[..from], &used[(from + chunk).min(used.len())..]].concat();
            if suffices(&rest) {
                used = rest;
            } else {
                from += chunk;
            }
        }
        if chunk == 1 {
            break;
        }
        chunk = chunk.div_ceil(2);
    }
    used.into_iter().map(|(_, rule)| rule.name.clone()).collect()
}

#[cfg(test)]
mod tests;
