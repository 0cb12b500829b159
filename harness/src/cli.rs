//! The command line: what can be asked, and the exit status of each answer.

mod catalogue;
mod compare;
mod decode;
mod expand;
mod export;
mod live;
mod predict;
mod random;
mod rasp;
mod status;
mod sweep;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::error::Error;
use crate::lease::Terms;
use crate::printer::{Color, Printer};

/// Which algorithms do Transformers really learn? Length generalization measured against RASP-L program length.
#[derive(Debug, Parser)]
#[command(name = "rasplab", version, arg_required_else_help = true)]
struct Cli {
    /// Colour messages.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    color: Color,
    /// Write data as JSON, one value a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train, evaluate and report a sweep; what is done already is not done again.
    ///
    /// Several processes may run the same sweep at once, here or on machines that share the folder: each run is done by one of them. SIGTERM and Ctrl-C keep the state of
    /// what is running; the same command goes on.
    #[command(after_help = "Example: rasplab run configs/quickstart.yaml --workers 2 --set train.steps=500
         rasplab run sweep.yaml --engine slurm --jobs 16 --sbatch=--partition=gpu --sbatch=--gres=gpu:1")]
    Run(RunArgs),
    /// Take runs of a sweep, one after another, until none is left to take: what a job of a cluster does. No report is written.
    #[command(after_help = "Example: rasplab work runs/quickstart
         rasplab work configs/quickstart.yaml --out runs/quickstart --run sort-0123456789ab/init0-data0")]
    Work(WorkArgs),
    /// Show what of a sweep is done, running, failed and left, and about how long it will take.
    #[command(after_help = "Example: rasplab status runs/quickstart")]
    Status(StatusArgs),
    /// Check a sweep file and report all of its problems; nothing is created.
    #[command(after_help = "Example: rasplab validate configs/quickstart.yaml")]
    Validate(SweepArgs),
    /// List the cells and seeds of a sweep file, with every default written out; nothing is created.
    #[command(after_help = "Example: rasplab expand configs/quickstart.yaml --json
         rasplab expand configs/quickstart.yaml --show-defaults
         rasplab expand configs/quickstart.yaml --commands | parallel && rasplab report runs/quickstart")]
    Expand(ExpandArgs),
    /// Write the report of a sweep anew from the results in its folder; nothing is trained.
    #[command(after_help = "Example: rasplab report runs/quickstart")]
    Report(ReportArgs),
    /// Set two sweeps side by side: what each reached at the lengths that both evaluated, and the difference over tasks. Nothing is written.
    #[command(after_help = "Example: rasplab compare runs/learned runs/rotary
         rasplab compare runs/learned runs/rotary --json")]
    Compare {
        /// A: the folder of a sweep.
        #[arg(value_name = "FOLDER")]
        a: PathBuf,
        /// B: the folder of another.
        #[arg(value_name = "OTHER")]
        b: PathBuf,
    },
    /// Write a sweep's curves for TensorBoard, or its results as Parquet; also while it runs.
    #[command(after_help = "Example: rasplab export runs/quickstart --to tensorboard
         rasplab export runs/quickstart --to parquet --out quickstart.parquet")]
    Export(export::ExportArgs),
    /// Watch a sweep's curves grow on the terminal; elsewhere, print how they are now.
    ///
    /// It only reads, once a second, and may be started and left at any time, by several people at once, wherever the sweep's folder is seen.
    #[command(after_help = "Example: rasplab live runs/quickstart
         rasplab live runs/quickstart --json")]
    Live(live::LiveArgs),
    /// Show what a trained run writes for fresh prompts, token by token, beside what is right.
    #[command(after_help = "Example: rasplab decode runs/quickstart/sort-0123456789ab/init0-data0 --length 40 --count 3
         rasplab decode RUN --length 40 --oracle-length --json")]
    Decode(decode::DecodeArgs),
    /// List the tasks, show one, or draw examples.
    #[command(subcommand)]
    Tasks(TasksCommand),
    /// Say what a predictor answers at each length of a task: the minimum-degree interpolator, or a RASP-L program.
    #[command(subcommand)]
    Predict(predict::PredictCommand),
    /// Run, check, draw and measure RASP and RASP-L programs, or type them in.
    #[command(subcommand)]
    Rasp(rasp::RaspCommand),
    /// List the devices, and which can be used here.
    #[command(after_help = "Example: rasplab devices")]
    Devices,
    /// Print the JSON Schema (draft-07) of a sweep file, for editors.
    #[command(after_help = "Example: rasplab schema > rasplab.schema.json")]
    Schema,
}

#[derive(Debug, Args)]
struct SweepArgs {
    /// The sweep file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Override a key, as in train.lr=0.001; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
}

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    sweep: SweepArgs,
    /// The folder for results [default: runs/<name of the sweep>].
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    pool: PoolArgs,
    /// Who does the runs: this machine, or jobs of Slurm that this command submits and watches.
    #[arg(long, value_enum, default_value = "local")]
    engine: Engine,
    #[command(flatten)]
    slurm: SlurmArgs,
}

/// Who does the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    /// This machine.
    Local,
    /// Jobs of Slurm.
    Slurm,
}

/// How a process does runs.
#[derive(Debug, Clone, Args)]
struct PoolArgs {
    /// Threads: each has a run of its own, and helps with another's when runs get fewer [default: one for each core].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
    /// Runs that differ only in their seeds or learning rates are trained side by side, up to so many as one: for a GPU, which a single small model does not fill. On the CPU
    /// one at a time is faster.
    #[arg(long, value_name = "K", default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    side_by_side: u16,
    /// Seconds between two savings of a run's training state, at the next look at its exact match.
    #[arg(long, value_name = "SECS", default_value = "30", value_parser = secs)]
    save_every: Duration,
    /// Seconds without a sign of life after which a run is taken over from a process of another machine. Longer is safer where the disk is slow to show what others write.
    #[arg(long, value_name = "SECS", default_value = "60", value_parser = secs)]
    stale_after: Duration,
}

impl PoolArgs {
    fn workers(&self) -> usize {
        self.workers.map_or_else(sweep::cores, usize::from)
    }

    fn terms(&self) -> Terms {
        Terms { stale_after: self.stale_after }
    }
}

fn secs(text: &str) -> Result<Duration, String> {
    let secs = text.parse::<f64>().ok().filter(|secs| (0.001..=86_400.0).contains(secs));
    secs.map(Duration::from_secs_f64).ok_or_else(|| "expected seconds, from 0.001 to 86400".to_owned())
}

/// How jobs are submitted to Slurm.
#[derive(Debug, Clone, Args)]
struct SlurmArgs {
    /// With --engine slurm, jobs at a time, each with as many workers as it has CPUs.
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=1000))]
    jobs: u16,
    /// With --engine slurm, an option for sbatch, as in --sbatch=--partition=gpu; may be repeated.
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    sbatch: Vec<String>,
    /// With --engine slurm, submit and return; the same command later watches the jobs and reports.
    #[arg(long)]
    detach: bool,
}

#[derive(Debug, Args)]
struct WorkArgs {
    #[command(flatten)]
    sweep: SweepArgs,
    /// The folder for results, where a sweep file is given [default: runs/<name of the sweep>].
    #[arg(long)]
    out: Option<PathBuf>,
    /// Do this run alone, also if it failed before.
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    #[command(flatten)]
    pool: PoolArgs,
}

#[derive(Debug, Args)]
struct StatusArgs {
    /// The sweep's folder.
    folder: PathBuf,
}

#[derive(Debug, Args)]
struct ExpandArgs {
    #[command(flatten)]
    sweep: SweepArgs,
    /// Write each cell as YAML, with a mark at what is a default.
    #[arg(long, conflicts_with_all = ["commands", "json"])]
    show_defaults: bool,
    /// Write one command a run, for GNU parallel or any scheduler; `rasplab report` is the last step.
    #[arg(long, conflicts_with = "json")]
    commands: bool,
    /// The folder for results, in commands [default: runs/<name of the sweep>].
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ReportArgs {
    /// The sweep's folder.
    folder: PathBuf,
}

#[derive(Debug, Subcommand)]
enum TasksCommand {
    /// List the tasks.
    #[command(after_help = "Example: rasplab tasks list
         rasplab tasks list --json
         rasplab tasks list --markdown > docs/tasks.md")]
    List {
        /// As a page of the documentation.
        #[arg(long)]
        markdown: bool,
    },
    /// Describe a task and its program.
    #[command(after_help = "Example: rasplab tasks show sort")]
    Show {
        /// The task's name.
        task: String,
    },
    /// Draw RASP-L programs at random by their length, each a task of its own.
    ///
    /// Each gives a data token at the end of every prompt of a battery, is neither constant nor the identity there, and answers it otherwise than every
    /// other program drawn, the shorter ones among them.
    #[command(after_help = "Example: rasplab tasks random --core-ops 4 --seed 7
         rasplab tasks random --core-ops 1..6 --count 30 --out random && rasplab run random/random.yaml")]
    Random {
        /// Core operations of a program, or a range of them, `FROM..TO`, both included.
        #[arg(long, value_name = "N or FROM..TO", value_parser = rasp::read_range)]
        core_ops: rasp::Range,
        /// Programs of each length.
        #[arg(long, default_value_t = 1, value_parser = rasp::at_least_one)]
        count: usize,
        /// Programs are drawn by seed.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Write a file for each program here, and `random.yaml`, a sweep of them all [default: print the programs].
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Draw examples of a task.
    #[command(after_help = "Example: rasplab tasks sample sort --length 5 --count 3")]
    Sample {
        /// The task's name.
        task: String,
        /// Length, in the task's unit.
        #[arg(long, default_value_t = 5)]
        length: usize,
        /// Examples.
        #[arg(long, default_value_t = 5)]
        count: usize,
        /// Seed of the examples.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Number of data tokens [default: the task's own].
        #[arg(long)]
        alphabet: Option<usize>,
        /// Which of the task's distributions to draw from, as `tasks show` lists them.
        #[arg(long, default_value = tasks::STANDARD)]
        distribution: String,
    },
}

/// Parses the command line, does what it asks, and returns the exit status: 0 all well; 1 ran, and something in it failed; 2 bad usage or
/// bad input, nothing ran; 75 interrupted, state saved.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let printer = Printer::new(cli.color, cli.json);
    match dispatch(cli.command, printer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            ExitCode::from(error.exit_status())
        }
    }
}

fn dispatch(command: Command, printer: Printer) -> Result<(), Error> {
    match command {
        Command::Run(args) => sweep::run(&args, printer),
        Command::Work(args) => sweep::work(&args, printer),
        Command::Status(args) => status::show(&args.folder, printer),
        Command::Validate(args) => expand::validate(&args, printer),
        Command::Expand(args) => expand::expand(&args, printer),
        Command::Report(args) => sweep::report(&args.folder, printer),
        Command::Compare { a, b } => compare::compare(&a, &b, printer),
        Command::Export(args) => export::export(&args, printer),
        Command::Live(args) => live::live(&args, printer),
        Command::Decode(args) => decode::decode_run(&args, printer),
        Command::Tasks(command) => catalogue::tasks(command, printer),
        Command::Predict(command) => predict::predict(command, printer),
        Command::Devices => catalogue::devices(printer),
        Command::Schema => printer.data(&format!("{:#}", crate::config::schema::schema())),
        Command::Rasp(command) => rasp::rasp(command, printer),
    }
}
