//! The laws on random programs, with any blanks, line breaks and comments between two words.

use super::{formatted, messy};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const GAPS: [&str; 20] = [
    "",
    "",
    "",
    "",
    "",
    " ",
    " ",
    " ",
    " ",
    " ",
    "\n",
    "\n  ",
    "\t",
    "\r\n",
    "\n\n",
    "\n \n\n",
    "\u{feff}",
    " # c \n",
    "\n# own\n",
    "\n  #> e  \n",
];

/// What each capital letter stands for, the shortest first; a `~` is a blank inside a word.
type Grammar = &'static [(&'static str, &'static str)];

const RASP: Grammar = &[
    ("P", "S|S P|S P|S P|C P"),
    (
        "E",
        "a|1|2.5|tokens|select|len|s|op|\"s~#~(\"|( E )|- E|+ E|not E|E + E|E - E|E * E|E ^ E|E == E|E <= E|E and E|E in E|E if E else E\
        |f ( )|len ( E )|select ( E , E )|round ( E )|E [ E ]|( E ) ( E )|select( E , E , != )|select( E , E , < )|aggregate( E , E )|len( E )\
        |range( E , E )|[ ]|[ E , E ]|{ }|{ E : E , E : E }|[ E for a , b in E ]|{ E : E for a in E }",
    ),
    (
        "S",
        "E ;|a = E ;|a , b = E , E ;|load \"x~y\" ;|draw ( E , E ) ;|for a , b in E { S }|for a in E { S S }|def f ( ) { return E ; }\
        |def len ( x , y ) { S S return E , E ; }",
    ),
    (
        "C",
        "exit|exit()|quit|set example E|set s-op example E|show selector example|examples on|s-op examples off|full~seq~display on\
        |show s-opexample|full~seq~displayoff",
    ),
];

const RASP_L: Grammar = &[
    ("P", "S|S P|S P|S P"),
    (
        "E",
        "a|1|True|on|s|op|len|example|( E )|- E|E + E|E - E|E * E|E % E|E and E|( E == E )|E if E else E|not E|f ( )|select ( E , E , != )\
        |f ( == , E )|len ( E )",
    ),
    ("S", "E ;|a = E ;|set = E ;|def f ( ) { return E ; }|def len ( x , y ) { a = E ; on = E ; return E ; }"),
];

/// Words to be put in any order.
const WORDS: [&str; 40] = [
    "set", "example", "examples", "on", "s-op", "s", "exit", "exit()", "load", "def", "for", "in", "return", "if", "else", "not",
    "select(", "select", "f", "1", "0.5", "\"s\"", "\"", "#", "\n", "(", ")", "[", "]", "{", "}", ",", ";", ";", ":", "=", "!=", "<", "-",
    "^",
];

/// The words that a letter becomes; when no choice is left it is the shortest.
fn expand(grammar: Grammar, symbol: &str, choices: &mut impl Iterator<Item = usize>, words: &mut Vec<String>) {
    match grammar.iter().find(|(letter, _)| *letter == symbol) {
        Some((_, rules)) => {
            let rules: Vec<&str> = rules.split('|').collect();
            let rule = rules[choices.next().unwrap_or(0) % rules.len()];
            rule.split(' ').for_each(|symbol| expand(grammar, symbol, choices, words));
        }
        None => words.push(symbol.replace('~', " ")),
    }
}

/// A program of the grammar with these gaps between its words; two words that would be one stay two.
fn program(grammar: Grammar, choices: &[usize], gaps: &[&str]) -> String {
    let mut words = Vec::new();
    expand(grammar, "P", &mut choices.iter().copied(), &mut words);
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut text = String::new();
    for (word, gap) in words.iter().zip(gaps.iter().cycle()) {
        let would_merge = text.ends_with(in_word) && word.starts_with(in_word);
        text += if gap.is_empty() && would_merge && !text.ends_with('1') { " " } else { gap };
        text += word;
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    // A random text that is not in the grammar is passed over; if too many were not, proptest would say so.
    #[test]
    fn a_random_program_keeps_its_meaning(choices in vec(0..1000_usize, 1..40), gaps in vec(select(&GAPS[..]), 1..60)) {
        prop_assume!(formatted(&program(RASP, &choices, &gaps)).is_some());
    }

    #[test]
    fn a_random_rasp_l_program_keeps_its_meaning(choices in vec(0..1000_usize, 1..40), gaps in vec(select(&GAPS[..]), 1..60)) {
        prop_assume!(formatted(&format!("#lang rasp-l\n{}", program(RASP_L, &choices, &gaps))).is_some());
    }

    #[test]
    fn any_words_keep_their_meaning(words in vec(select(&WORDS[..]), 0..8), gap in select(vec!["", " ", "\n"]), is_rasp_l in any::<bool>()) {
        formatted(&format!("{}{};", if is_rasp_l { "#lang rasp-l\n" } else { "" }, words.join(gap)));
    }

    #[test]
    fn a_damaged_program_keeps_its_meaning(
        is_rasp in any::<bool>(), start in 0..800_usize, len in 0..4_usize, put in select(&WORDS[..]), gap in select(&GAPS[..])
    ) {
        let mut damaged: Vec<char> = if is_rasp { messy::RASP } else { messy::RASP_L }.chars().collect();
        let start = start % damaged.len();
        let end = (start + len).min(damaged.len());
        damaged.splice(start..end, gap.chars().chain(if len > 1 { put } else { "" }.chars()));
        formatted(&damaged.into_iter().collect::<String>());
    }
}
