//! `rasp …`: programs of both dialects. The first line of a file says which one it is in.

mod batch;
mod certify;
mod check;
mod drawing;
mod files;
mod format;
mod json;
mod length;
mod repl;
mod search;
mod shorten;
mod test;
mod typed;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use rasp::rasp_l::{self, Profile};
use rasp::{Dialect, Limits, Program};

use crate::error::Error;
use crate::printer::Printer;
use files::Disk;

/// Whole numbers from one to another, both included.
pub(super) type Range = std::ops::RangeInclusive<usize>;

/// Reads a whole number that is not 0.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&count| count > 0).ok_or_else(|| "write a whole number, 1 or more".to_owned())
}

/// Reads `FROM..TO`, or one number.
pub(super) fn read_range(text: &str) -> Result<Range, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number =
        |text: &str| text.trim_start_matches('=').parse::<usize>().map_err(|_| format!("`{text}` is no whole number: write 1..20"));
    let (first, last) = (number(first)?, number(last)?);
    if first == 0 || first > last { Err(format!("nothing lies from {first} to {last}: write 1..20")) } else { Ok(first..=last) }
}

#[derive(Debug, Subcommand)]
pub(super) enum RaspCommand {
    /// Run a program on one input or many.
    ///
    /// A program in the `rasp` dialect gives its named s-ops and selectors; without an input its statements are carried out and shown, as in a
    /// session. A program in `rasp-l` gives its output at every position, or with --generate the tokens that it writes one by one.
    #[command(after_help = "Example: rasplab rasp run hist.rasp --input hello
         rasplab rasp run hist.rasp --inputs inputs.jsonl --sop hist --json
         rasplab rasp run tasks/programs/sort.rasp --input \"4 12 3 sep\" --generate")]
    Run(RunArgs),
    /// A session in the `rasp` dialect: on a terminal with editing, history and completion; through a pipe as the reference interpreter prints it.
    #[command(after_help = "Example: rasplab rasp repl
         echo 'indices + 1;' | rasplab rasp repl")]
    Repl(LimitArgs),
    /// Show the layers and heads that a program needs, as the reference schedules them and with equal heads merged.
    #[command(after_help = "Example: rasplab rasp layers paper_examples.rasp --sop dyck2_ptf")]
    Layers {
        /// The program.
        file: PathBuf,
        /// This s-op only [default: every named s-op].
        #[arg(long, value_name = "NAME")]
        sop: Vec<String>,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Draw how an s-op is computed on an input, layer by layer.
    #[command(after_help = "Example: rasplab rasp draw hist.rasp --sop hist --input hello --format svg --format png")]
    Draw {
        /// The program, in the `rasp` dialect.
        file: PathBuf,
        /// The s-op [default: what the last statement gives].
        #[arg(long, value_name = "NAME")]
        sop: Option<String>,
        /// The input, one character a position.
        #[arg(long, allow_hyphen_values = true, default_value = "hello")]
        input: String,
        /// The input as a JSON array, one element a position.
        #[arg(long, value_name = "JSON", conflicts_with = "input")]
        items: Option<String>,
        /// What to write [default: svg and png].
        #[arg(long, value_enum)]
        format: Vec<Format>,
        /// The folder to write to; the files are called after the s-op and the input.
        #[arg(long, default_value = "comp_flows")]
        out: PathBuf,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Measure the length of RASP-L programs, by each measure of docs/program-length.md.
    #[command(after_help = "Example: rasplab rasp length tasks/programs/*.rasp")]
    Length {
        /// The programs.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        profile: ProfileArgs,
    },
    /// Check programs: all of their problems and traps, each place where a RASP-L program bends a rule, and which dialects accept them.
    #[command(after_help = "Example: rasplab rasp check my.rasp
         rasplab rasp check my.rasp --profile strict")]
    Check {
        /// The programs.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        profile: ProfileArgs,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Run the examples that programs carry, or check that they solve a task.
    ///
    /// An example is a comment: `#> 3 1 2 sep => 1 2 3 eos` says what a RASP-L program writes after a prompt, token by token;
    /// `#> 3 1 2 -> 3 3 3` says what a program's output is at every position.
    #[command(after_help = "Example: rasplab rasp test tasks/programs/*.rasp
         rasplab rasp test my_sort.rasp --task sort --lengths 1..50")]
    Test(TestArgs),
    /// Find the shortest programs that agree with a task at its training lengths, and prove that none is shorter.
    ///
    /// All programs of 0, 1, 2, ... core operations are searched, exhaustively, on sequences that start short and grow by counterexamples. Those that agree with the
    /// task at every training length are tried beyond: some generalize, others are impostors. Standard output is the shortest program that generalizes, as a
    /// `.rasp` file; --out keeps it with a certificate, which `rasp certify` checks.
    #[command(after_help = "Example: rasplab rasp search --task sort --train-lengths 1..20
         rasplab rasp search --task binary-majority --train-lengths 1..12 --diversity --out majority
         rasplab rasp search --task copy-repeat --ops attention --max-operations 5
         rasplab rasp search --task count --around tasks/programs/count.rasp --max-operations 2")]
    Search(search::SearchArgs),
    /// Check a certificate of `rasp search` by searching again.
    #[command(after_help = "Example: rasplab rasp certify majority/certificate.json
         rasplab rasp certify majority/certificate.json --plain-to 2")]
    Certify(certify::CertifyArgs),
    /// Find a program of fewer core operations with the same values, by the rules of the language.
    ///
    /// Standard output is the shorter program, or the old one where the rules lead to none. Wherever the old program has a value the new one has the same.
    #[command(after_help = "Example: rasplab rasp shorten rasp/programs/published/addition_reverse.rasp > shorter.rasp
         rasplab rasp shorten my.rasp --terms 20000 --json")]
    Shorten {
        /// The program, in the `rasp-l` dialect.
        file: PathBuf,
        /// Terms that may be made of the program at most: more may find more.
        #[arg(long, default_value_t = rasp_l::ShortenLimits::default().terms, value_parser = at_least_one)]
        terms: usize,
        #[command(flatten)]
        profile: ProfileArgs,
    },
    /// Format programs in place: one statement a line, and blanks in their places. Comments and line breaks inside statements stay.
    #[command(after_help = "Example: rasplab rasp fmt my.rasp
         rasplab rasp fmt --check tasks/programs/*.rasp
         rasplab rasp fmt - < my.rasp")]
    Fmt {
        /// The programs; `-` reads standard input and writes standard output.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Change nothing; fail if a file would change, and name it.
        #[arg(long)]
        check: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// The programs.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Also draw examples of this task, which the program must answer.
    #[arg(long, value_name = "NAME")]
    task: Option<String>,
    /// The task's alphabet, as in `tasks sample`.
    #[arg(long, requires = "task")]
    alphabet: Option<usize>,
    /// The lengths of the task's examples, `FROM..TO`, both included.
    #[arg(long, value_name = "FROM..TO", default_value = "1..20", requires = "task", value_parser = read_range)]
    lengths: Range,
    /// Examples of each length.
    #[arg(long, default_value_t = 10, requires = "task", value_parser = at_least_one)]
    count: usize,
    /// Examples are drawn by seed.
    #[arg(long, default_value_t = 0, requires = "task")]
    seed: u64,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// How strictly RASP-L's rules are kept.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ProfileArgs {
    /// For RASP-L: `strict` refuses what the paper's listings do beside its rules; `published` accepts just that, and `check` names it.
    #[arg(long, value_enum, default_value = "published")]
    profile: ProfileName,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProfileName {
    Strict,
    Published,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Profile {
        match name {
            ProfileName::Strict => Profile::Strict,
            ProfileName::Published => Profile::Published,
        }
    }
}

impl From<ProfileArgs> for Profile {
    fn from(args: ProfileArgs) -> Profile {
        args.profile.into()
    }
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The program.
    file: PathBuf,
    /// The input: in `rasp`, one character a position; in `rasp-l`, tokens separated by spaces, each a whole number or a name from the program.
    #[arg(long, allow_hyphen_values = true)]
    input: Option<String>,
    /// The input as a JSON array, one element a position (`rasp` only).
    #[arg(long, value_name = "JSON", conflicts_with = "input")]
    items: Option<String>,
    /// Many inputs, one a line: a JSON text, or a JSON array with one element a position; `-` is standard input (`rasp` only).
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["input", "items"])]
    inputs: Option<PathBuf>,
    /// Show this named s-op or selector; may be repeated in `rasp` [default: what the last statement gives].
    #[arg(long, value_name = "NAME")]
    sop: Vec<String>,
    /// Feed each last output back as the next token, up to `eos` (`rasp-l` only).
    #[arg(long, conflicts_with = "sop")]
    generate: bool,
    /// Tokens to generate at most.
    #[arg(long, default_value_t = 1000, requires = "generate")]
    max_tokens: usize,
    /// Inputs at a time [default: one for each core].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Limits of a program that can be raised.
#[derive(Clone, Copy, Debug, Args)]
#[allow(clippy::struct_field_names, reason = "they are the names of the options")]
pub(super) struct LimitArgs {
    /// Calls of functions inside one another.
    #[arg(long, value_name = "CALLS", default_value_t = Limits::default().call_depth)]
    max_depth: usize,
    /// Expressions that one statement may evaluate.
    #[arg(long, value_name = "EXPRESSIONS", default_value_t = Limits::default().steps)]
    max_steps: u64,
    /// Elements of one list.
    #[arg(long, value_name = "ELEMENTS", default_value_t = Limits::default().elements)]
    max_elements: usize,
    /// S-ops and selectors in all.
    #[arg(long, value_name = "NODES", default_value_t = Limits::default().nodes)]
    max_nodes: usize,
    /// Bits of one integer.
    #[arg(long, value_name = "BITS", default_value_t = Limits::default().integer_bits)]
    max_bits: u64,
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Limits {
        Limits {
            call_depth: args.max_depth,
            steps: args.max_steps,
            calls: args.max_steps,
            elements: args.max_elements,
            nodes: args.max_nodes,
            integer_bits: args.max_bits,
            ..Limits::default()
        }
    }
}

/// A picture's file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Vector graphics, for papers and browsers.
    Svg,
    /// Pixels.
    Png,
    /// A graph for graphviz.
    Dot,
}

pub(super) fn rasp(command: RaspCommand, printer: Printer) -> Result<(), Error> {
    match command {
        RaspCommand::Run(args) => match read(&args.file, args.profile.into())? {
            Loaded::RaspL(program) => typed::run(&program, &args, printer),
            Loaded::Rasp(source) => batch::run(&source, &args, printer),
        },
        RaspCommand::Repl(limits) => repl::repl(limits.into(), printer),
        RaspCommand::Layers { file, sop, limits } => batch::layers(&file, &sop, limits.into(), printer),
        RaspCommand::Draw { file, sop, input, items, format, out, limits } => {
            let program = load(&file, limits.into(), printer)?;
            let input = batch::read_one_input(Some(&input), items.as_deref())?;
            drawing::draw(&program, sop.as_deref(), &input, &format, &out, printer)
        }
        RaspCommand::Length { files, profile } => length::length(&files, profile.into(), printer),
        RaspCommand::Check { files, profile, limits } => check::check(&files, profile.into(), limits.into(), printer),
        RaspCommand::Test(args) => test::test(&args, printer),
        RaspCommand::Shorten { file, terms, profile } => shorten::shorten(&file, terms, profile.into(), printer),
        RaspCommand::Search(args) => search::search(&args, printer),
        RaspCommand::Certify(args) => certify::certify(&args, printer),
        RaspCommand::Fmt { files, check } => format::format(&files, check, printer),
    }
}

/// A program's text, read as far as its dialect allows without running it.
pub(super) enum Loaded {
    RaspL(rasp_l::Program),
    Rasp(String),
}

pub(super) fn read(file: &Path, profile: Profile) -> Result<Loaded, Error> {
    let source = fs::read_to_string(file).map_err(Error::file(file, "read"))?;
    let name = file.display().to_string();
    Ok(match rasp::dialect(&name, &source)? {
        Dialect::RaspL => Loaded::RaspL(rasp_l::Program::parse_in(profile, &name, &source)?),
        Dialect::Rasp => Loaded::Rasp(source),
    })
}

/// A program in the `rasp` dialect; its warnings go to people.
fn load(file: &Path, limits: Limits, printer: Printer) -> Result<Program, Error> {
    let Loaded::Rasp(source) = read(file, Profile::default())? else {
        return Err(Error::Usage(format!(
            "{} is in the rasp-l dialect: `rasp run`, `rasp length`, `rasp test`, `rasp check` and `rasp fmt` take it",
            file.display()
        )));
    };
    run_definitions(file, &source, limits, printer)
}

fn run_definitions(file: &Path, source: &str, limits: Limits, printer: Printer) -> Result<Program, Error> {
    let program = Program::with_limits(&file.display().to_string(), source, limits, Disk::beside(file))?;
    if let Some(warnings) = program.warnings() {
        printer.diagnostics(warnings);
    }
    Ok(program)
}

/// Does something with every file; the problems of all files are reported together.
fn each<T>(files: &[PathBuf], mut read: impl FnMut(&Path) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    let mut done = Vec::new();
    let mut problems = Vec::new();
    for file in files {
        match read(file) {
            Ok(result) => done.push(result),
            Err(error) => problems.push(error),
        }
    }
    match problems.len() {
        0 => Ok(done),
        1 => Err(problems.remove(0)),
        _ => Err(Error::Several(problems)),
    }
}
