//! RASP-L programs drawn at random by their length, each a task: what its output is at the end of a prompt.
//!
//! A program is drawn line by line, each line one operation on values above it, until one has exactly the core operations asked for, gives a data
//! token at the end of every prompt of a battery and of many longer ones, is neither constant nor the last data token there, and answers the battery
//! otherwise than the first 2,000 programs drawn of each shorter length and every other of its own. No line of it is constant on the battery, or the same as another.
//! "Shorter" is about what was drawn: the search for the shortest program is another matter.

use std::collections::HashSet;
use std::fmt::Write as _;

use rasp::rasp_l::{Generation, Profile, Program};

use crate::random::{self, ChaCha8Rng, below};
use crate::vocabulary::{EOS, SEP};

/// The data tokens of the prompts are `0..ALPHABET`.
pub const RANDOM_ALPHABET: usize = 10;
/// Draws of each shorter length that a program is compared with.
const SHORTER_DRAWS: usize = 2_000;
/// Draws before a length is given up.
const MOST_DRAWS: usize = 400_000;
/// Prompts of the battery on which lines are compared.
const PROMPTS_FOR_LINES: usize = 60;
/// The largest share of the battery on which all answers may be one.
const CONSTANT_SHARE: f64 = 0.8;

/// A program drawn at random.
#[derive(Debug, Clone)]
pub struct RandomProgram {
    /// Its core operations.
    pub core_operations: usize,
    /// The seed of its draw.
    pub seed: u64,
    /// Its place among those of its length and seed.
    pub index: usize,
    /// Its text, a `.rasp` file with examples.
    pub source: String,
}

impl RandomProgram {
    /// A name for it, its file and its task: `random-4-7-0`.
    pub fn name(&self) -> String {
        format!("random-{}-{}-{}", self.core_operations, self.seed, self.index)
    }
}

/// Draws programs; those of a seed and length depend on nothing else.
#[derive(Debug)]
pub struct Sampler {
    seed: u64,
    battery: Vec<Vec<i8>>,
    /// Longer prompts, which a program must answer too.
    longer: Vec<Vec<i8>>,
}

impl Sampler {
    /// A sampler of this seed.
    pub fn new(seed: u64) -> Self {
        let battery = battery();
        let mut rng = random::stream(0, "longer", 0);
        let longer =
            (20..=200).step_by(4).flat_map(|length| [length; 4]).map(|length| prompt(random::repeated(&mut rng, RANDOM_ALPHABET, length)));
        Self { seed, longer: longer.collect(), battery }
    }

    /// Programs of this length, up to `count` of them: fewer where so many cannot be found.
    pub fn draw(&self, core_operations: usize, count: usize) -> Vec<RandomProgram> {
        let mut known = self.shorter(core_operations);
        let mut found = Vec::new();
        let mut rng = random::stream(self.seed, "program", core_operations as u64);
        for _ in 0..MOST_DRAWS {
            if found.len() == count {
                break;
            }
            let body = lines(&mut rng, core_operations);
            let Some(program) = parse(&body).filter(|program| program.length().core_operations == core_operations) else { continue };
            let Some(answers) = self.answers(&program) else { continue };
            if is_constant(&answers) || known.contains(&answers) || self.has_idle_line(&program) || !self.answers_longer(&program) {
                continue;
            }
            known.insert(answers.clone());
            let index = found.len();
            let source = self.write(&body, &answers, core_operations, index);
            found.push(RandomProgram { core_operations, seed: self.seed, index, source });
        }
        found
    }

    /// The answers of the identity, and of the first programs of each shorter length.
    fn shorter(&self, core_operations: usize) -> HashSet<Vec<i8>> {
        // Whatever gives the last data token is the identity, as far as a prompt's end can tell.
        let identity = self.battery.iter().map(|prompt| prompt[prompt.len() - 2]).collect();
        let mut known = HashSet::from([identity]);
        for shorter in 1..core_operations {
            let mut rng = random::stream(self.seed, "program", shorter as u64);
            let programs = (0..SHORTER_DRAWS).filter_map(|_| parse(&lines(&mut rng, shorter)));
            known.extend(programs.filter_map(|program| self.answers(&program)));
        }
        known
    }

    /// What the program gives at the end of each prompt; `None` where it is no data token, or nothing.
    fn answers(&self, program: &Program) -> Option<Vec<i8>> {
        let mut generation = program.generation().ok()?;
        self.battery.iter().map(|prompt| answer(&mut generation, prompt)).collect()
    }

    fn answers_longer(&self, program: &Program) -> bool {
        program.generation().is_ok_and(|mut generation| self.longer.iter().all(|prompt| answer(&mut generation, prompt).is_some()))
    }

    /// Whether a line is the same everywhere, or the same as another one or the input.
    fn has_idle_line(&self, program: &Program) -> bool {
        let prompts = &self.battery[..PROMPTS_FOR_LINES];
        let values = |name: &str| {
            let of_prompt = |prompt: &Vec<i8>| program.evaluate_named(name, prompt).map(|value| value.to_string()).unwrap_or_default();
            prompts.iter().map(of_prompt).collect::<Vec<String>>()
        };
        let lines = (1..=program.length().core_operations).map(|number| format!("v{number}"));
        let mut seen = HashSet::from([values("tokens"), values("indices")]);
        lines.map(|name| values(&name)).any(|values| {
            let mut words = values.iter().flat_map(|line| line.split(' '));
            let first = words.next();
            words.all(|word| Some(word) == first) || !seen.insert(values)
        })
    }

    fn write(&self, body: &str, answers: &[i8], core_operations: usize, index: usize) -> String {
        let mut text = format!(
            "#lang rasp-l\n# Drawn at random: {core_operations} core operations, seed {}, number {index}.\n\
             # Prompts are data tokens of 0 to {} with repetition, and `sep`; the answer is the output there.\n",
            self.seed,
            RANDOM_ALPHABET - 1
        );
        let vocabulary = |token: &i8| if *token == SEP { "sep".to_owned() } else { token.to_string() };
        // The battery begins with short prompts; a few of different lengths say most.
        for place in [5, 40, 90] {
            let prompt: Vec<String> = self.battery[place].iter().map(vocabulary).collect();
            let _ = writeln!(text, "#> {} => {}", prompt.join(" "), answers[place]);
        }
        text + "\n" + body
    }
}

fn answer(generation: &mut Generation, prompt: &[i8]) -> Option<i8> {
    generation.reset();
    let token = generation.extend(prompt).and_then(|()| generation.next_token()).ok()?;
    (0..RANDOM_ALPHABET as i8).contains(&token).then_some(token)
}

/// Prompts to compare programs on: random ones of 1 to 16 data tokens and of 40, and all equal, rising and falling ones.
fn battery() -> Vec<Vec<i8>> {
    let mut rng = random::stream(0, "battery", 0);
    let mut battery = Vec::new();
    for length in (1..=16).chain([40]) {
        battery.extend((0..8).map(|_| prompt(random::repeated(&mut rng, RANDOM_ALPHABET, length))));
        let token = below(&mut rng, RANDOM_ALPHABET) as i8;
        battery.push(prompt(vec![token; length]));
        let mut rising = random::repeated(&mut rng, RANDOM_ALPHABET, length);
        rising.sort_unstable();
        battery.push(prompt(rising.clone()));
        rising.reverse();
        battery.push(prompt(rising));
    }
    battery
}

fn prompt(mut data: Vec<i8>) -> Vec<i8> {
    data.push(SEP);
    data
}

fn is_constant(answers: &[i8]) -> bool {
    let mut counts = [0_usize; RANDOM_ALPHABET];
    for &answer in answers {
        counts[answer as usize] += 1;
    }
    counts.iter().any(|&count| count as f64 > CONSTANT_SHARE * answers.len() as f64)
}

fn parse(body: &str) -> Option<Program> {
    Program::parse_as(Profile::Strict, "random.rasp", body).ok()
}

/// What a line gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Token,
    Position,
    /// Each width is a kind of its own.
    Width(usize),
    Boolean,
}

struct Line {
    name: String,
    kind: Kind,
    is_used: bool,
}

/// As many lines as operations, the last of them tokens; what they compute may yet be less.
fn lines(rng: &mut ChaCha8Rng, operations: usize) -> String {
    let mut writer = Writer { rng, lines: Vec::new() };
    for (name, kind) in [("tokens", Kind::Token), ("indices", Kind::Position)] {
        writer.lines.push(Line { name: name.to_owned(), kind, is_used: true });
    }
    let mut body = format!("sep = {SEP};\neos = {EOS};\n\n");
    for number in 1..=operations {
        let (kind, text) = if number == operations { writer.token_line() } else { writer.line() };
        let name = format!("v{number}");
        let _ = writeln!(body, "{name} = {text};");
        writer.lines.push(Line { name, kind, is_used: false });
    }
    body
}

const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const CONSTANTS: [&str; 7] = ["0", "1", "2", "3", "5", "9", "sep"];

struct Writer<'r> {
    rng: &'r mut ChaCha8Rng,
    lines: Vec<Line>,
}

impl Writer<'_> {
    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[below(self.rng, list.len())]
    }

    /// A value of a kind, one that nothing reads yet in most cases: a line that is not read does not count.
    fn value(&mut self, fits: impl Fn(Kind) -> bool) -> Option<(String, Kind)> {
        let fitting: Vec<usize> = (0..self.lines.len()).filter(|&place| fits(self.lines[place].kind)).collect();
        let unused: Vec<usize> = fitting.iter().copied().filter(|&place| !self.lines[place].is_used).collect();
        let list = if unused.is_empty() || below(self.rng, 4) == 0 { &fitting } else { &unused };
        if list.is_empty() {
            return None;
        }
        let place = list[below(self.rng, list.len())];
        self.lines[place].is_used = true;
        Some((self.lines[place].name.clone(), self.lines[place].kind))
    }

    fn token(&mut self) -> String {
        self.value(|kind| kind == Kind::Token).map_or_else(|| "tokens".to_owned(), |(name, _)| name)
    }

    fn boolean(&mut self) -> Option<String> {
        self.value(|kind| kind == Kind::Boolean).map(|(name, _)| name)
    }

    fn line(&mut self) -> (Kind, String) {
        match below(self.rng, 8) {
            0 => self.comparison(),
            1 => self.connection(),
            2 => self.step(),
            3 => self.width(),
            4 => self.other_aggregate(),
            _ => self.token_line(),
        }
    }

    fn token_line(&mut self) -> (Kind, String) {
        let text = match below(self.rng, 6) {
            0 => {
                let (left, right, operator) = (self.token(), self.token_or_constant(), self.pick(&["+", "-"]));
                format!("{left} {operator} {right}")
            }
            1 => {
                let (left, modulus) = (self.token(), self.pick(&["2", "3", "5", "10"]));
                format!("{left} % {modulus}")
            }
            2 => match self.boolean() {
                Some(condition) => format!("{} if {condition} else {}", self.token_or_constant(), self.token_or_constant()),
                None => return self.token_line(),
            },
            _ => {
                let (selector, value) = (self.selector(), self.token());
                let (name, default) = (self.pick(&["aggregate", "aggregate_max", "aggregate_min"]), self.pick(&["0", "1", "9"]));
                format!("{name}({selector}, {value}, {default})")
            }
        };
        (Kind::Token, text)
    }

    fn token_or_constant(&mut self) -> String {
        if below(self.rng, 3) == 0 { self.pick(&CONSTANTS[..6]).to_owned() } else { self.token() }
    }

    fn pair(&mut self) -> (String, String) {
        let (left, kind) = self.value(|_| true).unwrap_or_else(|| ("tokens".to_owned(), Kind::Token));
        let constant = below(self.rng, 3) == 0;
        let right = match kind {
            Kind::Token if constant => self.pick(&CONSTANTS).to_owned(),
            Kind::Boolean if constant => self.pick(&["True", "False"]).to_owned(),
            _ => self.value(|other| other == kind).map_or_else(|| left.clone(), |(name, _)| name),
        };
        if below(self.rng, 2) == 0 { (left, right) } else { (right, left) }
    }

    fn selector(&mut self) -> String {
        let ((key, query), comparison) = (self.pair(), self.pick(&COMPARISONS));
        format!("select({key}, {query}, {comparison})")
    }

    fn comparison(&mut self) -> (Kind, String) {
        let ((left, right), comparison) = (self.pair(), self.pick(&COMPARISONS));
        (Kind::Boolean, format!("{left} {comparison} {right}"))
    }

    fn connection(&mut self) -> (Kind, String) {
        let (Some(left), Some(right)) = (self.boolean(), self.boolean()) else { return self.comparison() };
        let text = match below(self.rng, 3) {
            0 => format!("not {left}"),
            1 => format!("{left} and {right}"),
            _ => format!("{left} or {right}"),
        };
        (Kind::Boolean, text)
    }

    fn step(&mut self) -> (Kind, String) {
        let found = self.value(|kind| matches!(kind, Kind::Position | Kind::Width(_)));
        let (index, kind) = found.unwrap_or_else(|| ("indices".to_owned(), Kind::Position));
        (kind, format!("{index} {} 1", self.pick(&["+", "-"])))
    }

    fn width(&mut self) -> (Kind, String) {
        (Kind::Width(self.lines.len()), format!("selector_width({})", self.selector()))
    }

    /// Indices or booleans, aggregated.
    fn other_aggregate(&mut self) -> (Kind, String) {
        let Some((value, kind)) = self.value(|kind| kind != Kind::Token) else { return self.width() };
        let default = if kind == Kind::Boolean { self.pick(&["True", "False"]) } else { self.pick(&["-1", "0"]) };
        let (name, selector) = (self.pick(&["aggregate_max", "aggregate_min"]), self.selector());
        (kind, format!("{name}({selector}, {value}, {default})"))
    }
}
