//! `rasp search`: the shortest programs that agree with a task at its training lengths, what was proved, and which of them generalize.

mod around;

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rasp::rasp_l::Program;
use rasp::rasp_l::search::{Search, Space};
use serde_json::{Value, json};
use tasks::agreement::{Counterexample, Trials};
use tasks::shortest::{Candidate, Consistent, Diversity, Question, Shortest, ShortestError, constants, diversity, shortest};
use tasks::{Task, TaskSpec, Vocabulary};

use super::super::sweep::stop_on_signal;
use super::{Range, at_least_one, read_range};
use crate::error::Error;
use crate::printer::Printer;
use crate::run::write_whole;
use crate::search::{Certificate, Searcher, operations};

/// The largest length at which programs are tried, and the most examples of each: thousands of programs are, one after another.
const LENGTH_MAX: usize = 500;
const COUNT_MAX: usize = 10_000;

#[derive(Debug, Args)]
pub(in crate::cli) struct SearchArgs {
    /// The task.
    #[arg(long, value_name = "NAME")]
    task: String,
    /// The task's alphabet, as in `tasks sample`.
    #[arg(long)]
    alphabet: Option<usize>,
    /// Which of the task's distributions training draws from, as `tasks show` lists them. Beyond training, too, programs are tried on it; on sorted, reversed and equal
    /// data only with the standard one.
    #[arg(long, value_name = "NAME", default_value = tasks::STANDARD)]
    distribution: String,
    /// The training lengths, `FROM..TO`, both included.
    #[arg(long, value_name = "FROM..TO", default_value = "1..10", value_parser = read_range)]
    train_lengths: Range,
    /// The largest length beyond training at which programs are tried [default: four times the largest training length, or the task's limit].
    #[arg(long, value_name = "LENGTH")]
    test_length: Option<usize>,
    /// The largest size searched, in core operations [default: 4; with --around 2].
    #[arg(long, value_name = "N")]
    max_operations: Option<usize>,
    /// The operations that a line may be: `full`, `basic` (all but `* %`, negation and `!=`), `no-arithmetic`, `attention`, or names separated by commas, such as `+,==,if,max,width,select==`.
    #[arg(long, value_name = "SET", default_value = "full")]
    ops: String,
    /// The tokens that may be written, separated by commas [default: 0, 1 and the task's special tokens].
    #[arg(long, value_name = "TOKENS", value_delimiter = ',', allow_hyphen_values = true)]
    constants: Vec<i8>,
    #[command(flatten)]
    profile: StrictArgs,
    /// Examples of each length that programs are tried on.
    #[arg(long, default_value_t = 50, value_parser = at_least_one)]
    count: usize,
    /// Examples are drawn by seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Also find the smallest training length from which on no shorter program agrees in training and not beyond. Where no program that generalizes is found, shorter
    /// means: within the sizes searched.
    #[arg(long)]
    diversity: bool,
    /// How many sizes to search beyond that of the shortest program that generalizes: which programs agree in training there, and which of them generalize.
    #[arg(long, value_name = "SIZES", default_value_t = 0)]
    further: usize,
    /// Instead of all programs, search those that keep a part of this one, which solves the task, and have fewer operations in all; --max-operations is then how many
    /// are new. For programs that are too long to be found by going through all.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["diversity", "out"])]
    around: Option<PathBuf>,
    #[command(flatten)]
    room: RoomArgs,
    /// The folder for programs, the certificate, and the parts of a search that is interrupted [default: nothing is kept].
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// As [`ProfileArgs`](super::ProfileArgs), strict unless told.
#[derive(Clone, Copy, Debug, Args)]
struct StrictArgs {
    /// `strict`: each width is a type of its own; `published`: widths may be compared with each other, as in a listing of the paper.
    #[arg(long, value_enum, default_value = "strict")]
    profile: super::ProfileName,
}

/// What a search may use.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct RoomArgs {
    /// Threads [default: one for each core].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
    /// The most memory, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    memory: usize,
}

pub(super) fn search(args: &SearchArgs, printer: Printer) -> Result<(), Error> {
    let task = tasks::build(&TaskSpec { name: args.task.clone(), alphabet: args.alphabet })?;
    let question = question(args, &*task)?;
    if let Some(out) = &args.out {
        fs::create_dir_all(out).map_err(Error::file(out, "create"))?;
    }
    let stop = stop_on_signal()?;
    let pool = searcher(args.room, args.out.as_deref(), &stop, task.vocabulary().symbols().collect());
    if let Some(known) = &args.around {
        return around::better(&question, known, args.constants.is_empty(), &pool, printer);
    }
    let mut search = |made: &Search| {
        let started = std::time::Instant::now();
        let searched = pool.search(made)?;
        printer.note(&format!(
            "size {}, {} sequences: {} sets of lines, {} values, {} last operations; {} programs agree; {:.2} s",
            made.size(),
            made.battery().sequences().len(),
            searched.counts.states,
            searched.counts.candidates,
            searched.counts.last_operations,
            searched.agreeing,
            started.elapsed().as_secs_f64()
        ));
        Ok(searched)
    };
    let found = shortest(&question, &mut search).map_err(error)?;
    // Impostors are shorter than the shortest program that generalizes; of one that was not found, the bound is all there is.
    let shorter_than = found.best().map_or(found.none_general_below, |(size, _)| size);
    let verdicts = if args.diversity { diversity(&question, shorter_than, &mut search).map_err(error)? } else { Vec::new() };
    let answer = Answer { question: &question, found: &found, verdicts: &verdicts, shorter_than };
    if let Some(out) = &args.out {
        answer.keep(out)?;
    }
    if printer.json() {
        printer.value(&answer.to_json())?;
    } else {
        answer.notes(printer);
        if let Some((_, candidate)) = answer.program() {
            printer.data(&answer.text(candidate))?;
        }
    }
    if answer.program().is_none() { Err(Error::NoProgram(answer.none())) } else { Ok(()) }
}

pub(super) fn searcher<'a>(
    room: RoomArgs,
    folder: Option<&'a Path>,
    stop: &'a Arc<std::sync::atomic::AtomicBool>,
    symbols: Vec<(&'a str, i8)>,
) -> Searcher<'a> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = room.workers.map_or(cores, usize::from);
    Searcher { workers, memory: room.memory.saturating_mul(1 << 20), folder, stop, terminal: std::io::stderr().is_terminal(), symbols }
}

fn question<'t>(args: &'t SearchArgs, task: &'t dyn Task) -> Result<Question<'t>, Error> {
    task.check_length(*args.train_lengths.end())?;
    let longest = args.test_length.unwrap_or(0).max(*args.train_lengths.end());
    if longest > LENGTH_MAX {
        return Err(Error::Usage(format!("programs are tried on every training length and up to length {LENGTH_MAX}, not {longest}")));
    }
    if args.count > COUNT_MAX {
        return Err(Error::Usage(format!("--count: at most {COUNT_MAX} examples of each length, not {}", args.count)));
    }
    let operations = operations(&args.ops).map_err(|message| Error::Usage(format!("--ops: {message}")))?;
    let constants = if args.constants.is_empty() { constants(task) } else { args.constants.clone() };
    let space = Space { profile: args.profile.profile.into(), ..Space::new(operations, constants) };
    let last = *args.train_lengths.end();
    let furthest = args.test_length.unwrap_or((4 * last).min(LENGTH_MAX)).min(task.length_limit().unwrap_or(usize::MAX));
    if args.test_length.is_some_and(|length| length <= last) {
        return Err(Error::Usage(format!("--test-length: programs are tried beyond training, so give more than {last}")));
    }
    Ok(Question {
        task,
        train: args.train_lengths.clone(),
        beyond: beyond(last, furthest),
        space,
        size_max: args.max_operations.unwrap_or(if args.around.is_some() { 2 } else { 4 }),
        until_general: true,
        further: args.further,
        trials: Trials {
            distribution: &args.distribution,
            directed: args.distribution == tasks::STANDARD,
            count: args.count,
            seed: args.seed,
        },
    })
}

/// Every length for a while, then ever fewer.
fn beyond(last: usize, furthest: usize) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut length = last + 1;
    while length < furthest {
        lengths.push(length);
        length += ((length - last) / 8).max(1);
    }
    if furthest > last {
        lengths.push(furthest);
    }
    lengths
}

fn error(error: ShortestError<Error>) -> Error {
    match error {
        ShortestError::Task(error) => Error::Task(error),
        ShortestError::Stopped(error) => error,
        other => Error::Usage(other.to_string()),
    }
}

/// The task, and its distribution where that is not the standard one.
fn task_of(question: &Question<'_>) -> String {
    let (task, distribution) = (question.task.name(), question.trials.distribution);
    if distribution == tasks::STANDARD { task.to_owned() } else { format!("{task} ({distribution})") }
}

/// What there is to say.
struct Answer<'a> {
    question: &'a Question<'a>,
    found: &'a Shortest,
    verdicts: &'a [Diversity],
    /// Impostors are shorter than this.
    shorter_than: usize,
}

impl Answer<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        self.question.task.vocabulary()
    }

    /// The program to show: the shortest that generalizes, or else the shortest that agrees in training.
    fn program(&self) -> Option<(usize, &Candidate)> {
        self.found.best().or_else(|| self.found.consistent.as_ref().and_then(|found| Some((found.size, found.candidates.first()?))))
    }

    /// The file of a program: what is known of it, and its lines.
    fn text(&self, candidate: &Candidate) -> String {
        let (task, train) = (task_of(self.question), &self.question.train);
        let (first, last) = (train.start(), train.end());
        let length = candidate.program.length();
        let mut about = vec![format!("{task}: {} core operations, {} bits.", length.core_operations, length.bits)];
        about.push(match candidate.counterexample() {
            None => format!("Agrees at lengths {first} to {last}; verified to length {}.", candidate.verified_to(train)),
            Some((length, wrong)) => format!(
                "Agrees at lengths {first} to {last}, and is an impostor: at length {length} it is wrong, {}.",
                self.in_words(wrong)
            ),
        });
        about.push(format!("No program of fewer than {} core operations agrees at lengths {first} to {last}", self.found.none_below));
        about.push(format!("over the operations {}", self.question.space.operations));
        about.push(format!("and the constants {:?}.", self.question.space.constants));
        let (head, body) = candidate.source.split_once('\n').unwrap_or((&candidate.source, ""));
        format!("{head}\n# {}\n{body}", about.join("\n# "))
    }

    fn in_words(&self, wrong: &Counterexample) -> String {
        let written = match &wrong.written {
            Ok(tokens) => format!("it writes {}", self.vocabulary().show(tokens)),
            Err(fault) => format!("it fails ({fault})"),
        };
        format!("{}: {written}", wrong.example.show(self.vocabulary()))
    }

    /// The sizes at which programs agree in training, in order.
    fn sizes(&self) -> impl Iterator<Item = &Consistent> {
        [&self.found.consistent, &self.found.general].into_iter().flatten().chain(&self.found.further)
    }

    /// What people want to know beside the program.
    fn notes(&self, printer: Printer) {
        let (first, last) = (self.question.train.start(), self.question.train.end());
        if self.found.none_below > 0 {
            printer.note(&format!(
                "proved: no program of fewer than {} core operations agrees at lengths {first} to {last}",
                self.found.none_below
            ));
        }
        for found in self.sizes() {
            let (general, impostors) = (found.general().count(), found.impostors().count());
            let (size, looked_at) = (found.size, general + impostors);
            let some =
                if found.agreeing > looked_at as u64 { format!(" ({} agree with the battery)", found.agreeing) } else { String::new() };
            let ways = if impostors > 1 { format!(", in {} ways", found.ways_to_fail()) } else { String::new() };
            printer.note(&format!("{size} core operations: {general} programs generalize as far as tried, {impostors} do not{ways}{some}"));
            if let Some(impostor) = found.impostors().next()
                && let Some((length, wrong)) = impostor.counterexample()
            {
                printer.note(&format!("an impostor, wrong at length {length} ({}):\n{}", self.in_words(wrong), lines(&impostor.source)));
            }
        }
        if let Some(size) = self.found.unsettled {
            printer.note(&format!(
                "warning: at size {size} programs agree with every sequence of 32 tokens or fewer that was tried, and not with longer ones: nothing is proved of that size"
            ));
        }
        for verdict in self.verdicts {
            printer.note(&self.verdict(verdict));
        }
    }

    fn verdict(&self, verdict: &Diversity) -> String {
        let (first, last) = (self.question.train.start(), verdict.len_train_max);
        let Some((size, impostor)) = &verdict.impostor else {
            if let Some(unsettled) = verdict.unsettled {
                return format!("diversity: of training lengths {first}..{last} nothing is known from {unsettled} core operations on");
            }
            return format!(
                "diversity: training lengths {first}..{last} admit no impostor of fewer than {} core operations",
                self.shorter_than
            );
        };
        let wrong = impostor.counterexample().map_or_else(
            || format!("right to length {} all the same", impostor.verified_to(&(*first..=last))),
            |(length, wrong)| format!("wrong at length {length}, {}", self.in_words(wrong)),
        );
        format!(
            "diversity: training lengths {first}..{last} admit an impostor of {size} core operations, {wrong}:\n{}",
            lines(&impostor.source)
        )
    }

    /// Why there is no program.
    fn none(&self) -> String {
        let (first, last) = (self.question.train.start(), self.question.train.end());
        let (task, bound) = (self.question.task, self.found.none_below);
        let own = task.program_source().and_then(|(file, source)| Program::parse_in(self.question.space.profile, file, source).ok());
        let known = match own.map(|program| program.length().core_operations) {
            Some(own) if own == bound => format!("the task's own program has {own}, so it is a shortest one"),
            Some(own) if own < bound => format!("the task's own program has {own}, with operations or constants that were left out"),
            Some(own) => format!("the task's own program has {own}; raise --max-operations, or restrict --ops to go deeper"),
            None => "raise --max-operations, restrict --ops to go deeper, or give other --constants".to_owned(),
        };
        let searched = match self.found.unsettled {
            Some(_) => format!("no program was found that agrees with {} at lengths {first} to {last}", task_of(self.question)),
            None => format!(
                "no program of at most {} core operations over these operations and constants agrees with {} at lengths {first} to {last}",
                self.question.size_max,
                task_of(self.question)
            ),
        };
        format!("{searched}; proved for fewer than {bound}: {known}")
    }

    /// Writes the programs, the certificate and the whole answer.
    fn keep(&self, out: &Path) -> Result<(), Error> {
        if let Some((_, candidate)) = self.program() {
            write_whole(&out.join("shortest.rasp"), self.text(candidate).as_bytes())?;
        }
        let impostor = [&self.found.consistent, &self.found.general].into_iter().flatten().find_map(|found| found.impostors().next());
        if let Some(impostor) = impostor {
            write_whole(&out.join("impostor.rasp"), self.text(impostor).as_bytes())?;
        }
        let json = |value: &Value| format!("{value:#}\n");
        let certificate = serde_json::to_value(Certificate::new(self.question, self.found)).map_err(std::io::Error::from);
        let path = out.join("certificate.json");
        write_whole(&path, json(&certificate.map_err(Error::file(&path, "write"))?).as_bytes())?;
        write_whole(&out.join("answer.json"), json(&self.to_json()).as_bytes())
    }

    fn to_json(&self) -> Value {
        let candidate = |candidate: &Candidate| {
            json!({
                "source": candidate.source,
                "bits": candidate.program.length().bits,
                "verified_to": candidate.verified_to(&self.question.train),
                "wrong_at": candidate.counterexample().map(|(length, _)| length),
                "counterexample": candidate.counterexample().map(|(_, wrong)| self.in_words(wrong)),
                "beyond": candidate.beyond.iter().map(|agreement| json!({
                    "len_eval": agreement.length, "right": agreement.right, "examples": agreement.examples,
                })).collect::<Vec<_>>(),
            })
        };
        let consistent = |found: &Consistent| {
            json!({
                "core_operations": found.size,
                "agreeing": found.agreeing,
                "general": found.general().count(),
                "impostors": found.impostors().count(),
                "ways_to_fail": found.ways_to_fail(),
                "shortest": found.candidates.first().map(candidate),
                "impostor": found.impostors().next().map(candidate),
            })
        };
        json!({
            "task": self.question.task.name(),
            "distribution": self.question.trials.distribution,
            "train_lengths": [self.question.train.start(), self.question.train.end()],
            "none_below": self.found.none_below,
            "none_general_below": self.found.none_general_below,
            "unsettled": self.found.unsettled,
            "impostors_shorter_than": self.shorter_than,
            "consistent": self.found.consistent.as_ref().map(consistent),
            "general": self.found.general.as_ref().map(consistent),
            "further": self.found.further.iter().map(consistent).collect::<Vec<_>>(),
            "diversity": self.verdicts.iter().map(|verdict| json!({
                "len_train_max": verdict.len_train_max,
                "unsettled": verdict.unsettled,
                "impostor": verdict.impostor.as_ref().map(|(size, impostor)| json!({ "core_operations": size, "program": candidate(impostor) })),
            })).collect::<Vec<_>>(),
        })
    }
}

/// A program's lines without its symbols.
fn lines(source: &str) -> String {
    let body = source.rsplit("\n\n").next().unwrap_or(source);
    body.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
