//! A snapshot as a frame of the terminal: above, how far the sweep is; at the left its runs; at the right curves by step, and of the chosen run exact match by length.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{
    Axis, Bar, BarChart, BarGroup, Block, Cell, Chart, Dataset, GraphType, LineGauge, Paragraph, Row, Table, TableState,
};
use report::Split;

use super::snapshot::{RunLook, Snapshot, State};
use super::text::state;
use crate::run::MetricsLine;
use crate::sweep::RunName;

/// So many curves are drawn behind that of the chosen run.
const CURVES: usize = 20;

/// Rows that exact match by length takes, and rows of the body without which it is left out.
const LENGTHS: (u16, u16) = (9, 18);

/// Columns of an exact match, as in `0.995`.
const EXACT_MATCH: u16 = 5;

/// What a person has chosen to see.
#[derive(Debug, Default)]
pub struct View {
    /// What the curves show.
    pub measure: Measure,
    /// Rows of the list that are above what fits, and the place of the chosen one.
    list: TableState,
    chosen: Option<RunName>,
}

/// What the curves show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Measure {
    /// In-distribution exact match.
    #[default]
    ExactMatch,
    /// Training loss.
    Loss,
}

impl Measure {
    fn of(self, look: &MetricsLine) -> f64 {
        match self {
            Self::ExactMatch => look.exact_match,
            Self::Loss => look.loss.into(),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::ExactMatch => "in-distribution exact match by step",
            Self::Loss => "training loss by step, nats per token",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::ExactMatch => Self::Loss,
            Self::Loss => Self::ExactMatch,
        }
    }
}

impl View {
    /// Chooses the run so many rows further down, or up.
    pub fn choose(&mut self, snapshot: &Snapshot, rows: isize) {
        let place = self.place(snapshot).saturating_add_signed(rows).min(snapshot.runs.len().saturating_sub(1));
        self.chosen = snapshot.runs.get(place).map(|run| run.run.clone());
    }

    /// Shows the loss instead of exact match, or the other way round.
    pub fn toggle(&mut self) {
        self.measure = self.measure.other();
    }

    /// Where the chosen run stands: runs change places when they end. The first is chosen where none was.
    fn place(&self, snapshot: &Snapshot) -> usize {
        let chosen = self.chosen.as_ref().and_then(|name| snapshot.runs.iter().position(|run| run.run == *name));
        chosen.unwrap_or(0)
    }
}

/// Draws a snapshot. Whatever the size of the frame, what does not fit is cut off.
pub fn draw(frame: &mut Frame, snapshot: &Snapshot, view: &mut View) {
    let rows = [Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)];
    let [head, gauge, body, foot] = Layout::vertical(rows).areas(frame.area());
    let status = &snapshot.status;
    frame.render_widget(Paragraph::new(status.in_short()), head);
    let share = (status.done as f64 / status.runs.max(1) as f64).clamp(0.0, 1.0);
    frame.render_widget(
        LineGauge::default().ratio(share).filled_symbol("━").filled_style(Color::Green).unfilled_style(Color::DarkGray),
        gauge,
    );
    let left = list_width(snapshot).min(body.width / 5 * 3);
    let [left, right] = Layout::horizontal([Constraint::Length(left), Constraint::Fill(1)]).areas(body);
    list(frame, left, snapshot, view);
    let chosen = snapshot.runs.get(view.place(snapshot));
    let lengths = chosen.filter(|run| !run.by_length.is_empty() && body.height >= LENGTHS.1);
    let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(lengths.map_or(0, |_| LENGTHS.0))]).areas(right);
    curves(frame, above, snapshot, chosen, view.measure);
    if let Some(run) = lengths {
        by_length(frame, below, run);
    }
    let other = if view.measure == Measure::Loss { "exact match" } else { "loss" };
    let help = format!("q quit   ↑ ↓ choose a run   l show {other}");
    frame.render_widget(Paragraph::new(help).style(Modifier::DIM), foot);
}

fn list(frame: &mut Frame, area: Rect, snapshot: &Snapshot, view: &mut View) {
    let row = |run: &RunLook| {
        let exact_match = run.looks.last().map_or_else(String::new, |look| format!("{:.3}", look.exact_match));
        let style = match run.state {
            State::Running => Style::new(),
            State::Stopped | State::Ended(_) => Style::new().fg(Color::DarkGray),
            State::Failed => Style::new().fg(Color::Red),
        };
        Row::new([Cell::new(run.run.to_string()), Cell::new(Line::from(progress(run)).right_aligned()), Cell::new(exact_match)])
            .style(style)
    };
    let widths = [Constraint::Fill(1), Constraint::Length(longest(snapshot, progress)), Constraint::Length(EXACT_MATCH)];
    let table =
        Table::new(snapshot.runs.iter().map(row), widths).block(Block::bordered().title("runs")).row_highlight_style(Modifier::REVERSED);
    view.list.select((!snapshot.runs.is_empty()).then(|| view.place(snapshot)));
    frame.render_stateful_widget(table, area, &mut view.list);
}

/// How far a run is that goes on, and what became of another.
fn progress(run: &RunLook) -> String {
    let step = run.looks.last().map_or(0, |look| look.step);
    if run.state == State::Running { format!("{} %", 100 * step / run.steps.max(1)) } else { state(&run.state) }
}

/// Columns of the longest text about a run.
fn longest(snapshot: &Snapshot, of: impl Fn(&RunLook) -> String) -> u16 {
    snapshot.runs.iter().map(|run| of(run).len()).max().unwrap_or(0) as u16
}

/// Columns of the list, so that it shows names whole, with the seeds at their end, if it has the room.
fn list_width(snapshot: &Snapshot) -> u16 {
    let (between, borders) = (2, 2);
    longest(snapshot, |run| run.run.to_string()) + longest(snapshot, progress) + EXACT_MATCH + between + borders
}

/// The curve of the chosen run over those of the runs that are going on, or of all where none is.
fn curves(frame: &mut Frame, area: Rect, snapshot: &Snapshot, chosen: Option<&RunLook>, measure: Measure) {
    let block = Block::bordered().title(measure.title());
    let some_run = snapshot.runs.iter().any(|run| run.state == State::Running);
    let others = snapshot.runs.iter().filter(|run| !some_run || run.state == State::Running);
    let others = others.filter(|run| chosen.is_none_or(|chosen| chosen.run != run.run)).take(CURVES);
    // What is drawn last lies on top.
    let drawn: Vec<&RunLook> = others.chain(chosen).filter(|run| !run.looks.is_empty()).collect();
    let points = |run: &&RunLook| run.looks.iter().map(|look| (look.step as f64, measure.of(look))).collect::<Vec<_>>();
    let points: Vec<Vec<(f64, f64)>> = drawn.iter().map(points).collect();
    if points.is_empty() {
        return frame.render_widget(Paragraph::new("nothing has been measured yet").block(block), area);
    }
    let most =
        |of: fn(&(f64, f64)) -> f64| points.iter().flatten().map(of).filter(|value| value.is_finite()).fold(f64::MIN_POSITIVE, f64::max);
    let steps = most(|point| point.0);
    let top = if measure == Measure::Loss { most(|point| point.1) } else { 1.0 };
    let mut datasets = Vec::with_capacity(drawn.len());
    for (run, points) in drawn.iter().zip(&points) {
        let is_chosen = chosen.is_some_and(|chosen| chosen.run == run.run);
        let (marker, color) = if is_chosen { (Marker::Braille, Color::Cyan) } else { (Marker::Dot, Color::DarkGray) };
        datasets.push(Dataset::default().data(points).graph_type(GraphType::Line).marker(marker).style(color));
    }
    let label = |value: f64| if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") };
    let chart = Chart::new(datasets)
        .block(block)
        .x_axis(Axis::default().bounds([0.0, steps]).labels(["0".to_owned(), format!("{steps}")]))
        .y_axis(Axis::default().bounds([0.0, top]).labels(["0".to_owned(), label(top / 2.0), label(top)]));
    frame.render_widget(chart, area);
}

fn by_length(frame: &mut Frame, area: Rect, run: &RunLook) {
    let bar = |point: &super::LengthPoint| {
        let color = if point.split == Split::In { Color::Green } else { Color::Yellow };
        let text = if point.exact_match >= 0.995 { "1".to_owned() } else { format!(".{:02.0}", 100.0 * point.exact_match) };
        Bar::with_label(point.len_eval.to_string(), (1000.0 * point.exact_match) as u64).text_value(text).style(color)
    };
    let bars: Vec<Bar> = run.by_length.iter().map(bar).collect();
    let title = format!("exact match by length, trained to {}", run.len_train_max);
    let chart = BarChart::default().data(BarGroup::new(bars)).max(1000).bar_width(4).bar_gap(1).block(Block::bordered().title(title));
    frame.render_widget(chart, area);
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use report::RunStatus;

    use super::super::LengthPoint;
    use super::super::text::in_words;
    use super::*;
    use crate::config::SeedPair;
    use crate::lease::Life;
    use crate::sweep::status::{Failed, Running, Status};

    /// A run that learns, and is so far.
    fn run(task: &str, state: State, upto: usize) -> RunLook {
        let cell = serde_json::from_value(format!("{task}-0123456789ab").into()).unwrap();
        let look = |step: usize| {
            let share = step as f64 / 1000.0;
            // No two learn equally fast.
            let exact_match = share.powi(task.len() as i32 - 3);
            MetricsLine {
                step,
                loss: 2.0 * (1.0 - exact_match as f32),
                lr: 0.001,
                exact_match,
                tokens_per_sec: 1000.0,
                real_tokens_share: 1.0,
                secs_waiting: 0.0,
                secs: share,
            }
        };
        let point = |len_eval: usize| LengthPoint {
            len_eval,
            split: if len_eval <= 20 { Split::In } else { Split::Out },
            exact_match: if len_eval <= 20 { 1.0 } else { 20.0 / len_eval as f64 },
        };
        let by_length = if matches!(state, State::Ended(_)) { vec![point(10), point(20), point(30), point(40)] } else { Vec::new() };
        RunLook {
            run: RunName::new(&cell, SeedPair { init: 0, data: 1 }),
            state,
            steps: 1000,
            len_train_max: 20,
            looks: (1..=upto / 100).map(|look_at| look(100 * look_at)).collect(),
            by_length,
        }
    }

    fn snapshot() -> Snapshot {
        let runs = vec![
            run("sort", State::Running, 500),
            run("count", State::Running, 900),
            run("parity", State::Running, 0),
            run("copy", State::Failed, 300),
            run("reversal", State::Ended(RunStatus::Done), 1000),
        ];
        let running = |look: &RunLook| Running {
            run: look.run.clone(),
            host: "here".to_owned(),
            pid: 1,
            step: 500,
            steps: 1000,
            since: 0,
            life: Life::Alive,
        };
        let status = Status {
            runs: 8,
            done: 1,
            running: runs[..3].iter().map(running).collect(),
            failed: vec![Failed { run: runs[3].run.clone(), message: "the disk is full".to_owned() }],
            left: 3,
            abandoned: Vec::new(),
            secs_left: Some(75.0),
        };
        Snapshot { status, runs }
    }

    fn drawn(width: u16, height: u16, snapshot: &Snapshot, view: &mut View) -> TestBackend {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, snapshot, view)).unwrap();
        terminal.backend().clone()
    }

    #[test]
    fn a_snapshot_is_drawn() {
        insta::assert_snapshot!(drawn(100, 14, &snapshot(), &mut View::default()), @r#"
        "1 of 8 runs are done, 3 running, 1 failed, 3 left; about 1 min 15 s to go with 3 at a time          "
        " 12% ━━━━━━━━━━━────────────────────────────────────────────────────────────────────────────────────"
        "┌runs──────────────────────────────────────────┐┌in-distribution exact match by step───────────────┐"
        "│sort-0123456789ab/init0-data1       50 % 0.500││1.0│                                              │"
        "│count-0123456789ab/init0-data1      90 % 0.810││   │                                           •••│"
        "│parity-0123456789ab/init0-data1      0 %      ││   │                                      •••••   │"
        "│copy-0123456789ab/init0-data1     failed 0.300││0.5│                     ⢀⣀⣀⡠⠤       •••••        │"
        "│reversal-0123456789ab/init0-data1   done 1.000││   │              ⢀⣀⠤⠤⠒⠊⠉⠁      •••••             │"
        "│                                              ││   │      ⢀⣀⣀⠤⠤⠒⠒⠉⠁•••••••••••••                  │"
        "│                                              ││0  │     ⠉⠁••••••                                 │"
        "│                                              ││   └──────────────────────────────────────────────│"
        "│                                              ││   0                                           900│"
        "└──────────────────────────────────────────────┘└──────────────────────────────────────────────────┘"
        "q quit   ↑ ↓ choose a run   l show loss                                                             "
        "#);
    }

    #[test]
    fn a_run_that_has_ended_is_shown_by_length_and_its_loss_at_a_key() {
        let (snapshot, mut view) = (snapshot(), View::default());
        view.choose(&snapshot, 4);
        view.toggle();
        insta::assert_snapshot!(drawn(100, 26, &snapshot, &mut view), @r#"
        "1 of 8 runs are done, 3 running, 1 failed, 3 left; about 1 min 15 s to go with 3 at a time          "
        " 12% ━━━━━━━━━━━────────────────────────────────────────────────────────────────────────────────────"
        "┌runs──────────────────────────────────────────┐┌training loss by step, nats per token─────────────┐"
        "│sort-0123456789ab/init0-data1       50 % 0.500││2.0│    ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠒⠒⠒⠢⠤⢄⣀⡀                 │"
        "│count-0123456789ab/init0-data1      90 % 0.810││   │     •••    •••••••••       ⠈⠑⠢⢄⡀             │"
        "│parity-0123456789ab/init0-data1      0 %      ││   │        ••••         •••••      ⠈⠑⠤⡀          │"
        "│copy-0123456789ab/init0-data1     failed 0.300││   │            •••••         ••••     ⠈⠑⢄        │"
        "│reversal-0123456789ab/init0-data1   done 1.000││   │                 •••••••      ••••    ⠱⡀      │"
        "│                                              ││1.0│                                  ••   ⠈⠢⡀    │"
        "│                                              ││   │                                    •••  ⠘⡄   │"
        "│                                              ││   │                                       •••⠘⡄  │"
        "│                                              ││   │                                           ⠈⢆ │"
        "│                                              ││0  │                                            ⠈⢆│"
        "│                                              ││   └──────────────────────────────────────────────│"
        "│                                              ││   0                                          1000│"
        "│                                              │└──────────────────────────────────────────────────┘"
        "│                                              │┌exact match by length, trained to 20──────────────┐"
        "│                                              ││████ ████                                         │"
        "│                                              ││████ ████                                         │"
        "│                                              ││████ ████ ▇▇▇▇                                    │"
        "│                                              ││████ ████ ████ ████                               │"
        "│                                              ││████ ████ ████ ████                               │"
        "│                                              ││█1██ █1██ .67█ .50█                               │"
        "│                                              ││ 10   20   30   40                                │"
        "└──────────────────────────────────────────────┘└──────────────────────────────────────────────────┘"
        "q quit   ↑ ↓ choose a run   l show exact match                                                      "
        "#);
    }

    #[test]
    fn the_chosen_run_stays_chosen_where_others_change_places() {
        let (mut snapshot, mut view) = (snapshot(), View::default());
        view.choose(&snapshot, -1);
        assert_eq!(view.place(&snapshot), 0);
        view.choose(&snapshot, 1);
        snapshot.runs.swap(1, 3);
        assert_eq!(view.place(&snapshot), 3);
        view.choose(&snapshot, 7);
        assert_eq!(view.place(&snapshot), 4, "there is no further one");
    }

    #[test]
    fn no_size_and_no_sweep_is_too_small() {
        let mut empty = snapshot();
        empty.runs.clear();
        empty.status.runs = 0;
        let mut odd = snapshot();
        odd.runs[0].looks.truncate(1);
        odd.runs[0].looks[0].loss = f32::NAN;
        odd.runs[4].by_length[0].exact_match = f64::NAN;
        odd.status.done = 9;
        for snapshot in [snapshot(), empty, odd] {
            for measure in [Measure::ExactMatch, Measure::Loss] {
                let mut view = View { measure, ..View::default() };
                view.choose(&snapshot, 4);
                for (width, height) in [(1, 1), (10, 3), (3, 10), (0, 0), (200, 1), (1, 60), (40, 8), (250, 60)] {
                    drawn(width, height, &snapshot, &mut view);
                }
            }
        }
    }

    #[test]
    fn a_snapshot_is_written() {
        insta::assert_snapshot!(in_words(&snapshot()), @r#"
        1 of 8 runs are done, 3 running, 1 failed, 3 left; about 1 min 15 s to go with 3 at a time
        sort-0123456789ab/init0-data1      running, step 500 of 1000  loss 1.000  exact match 0.500  ▁▂▃▄▅
        count-0123456789ab/init0-data1     running, step 900 of 1000  loss 0.380  exact match 0.810  ▁▁▁▂▃▃▄▆▇
        parity-0123456789ab/init0-data1    running, step 0 of 1000
        copy-0123456789ab/init0-data1      failed, step 300 of 1000  loss 1.400  exact match 0.300  ▁▂▃
        reversal-0123456789ab/init0-data1  done, step 1000 of 1000  loss 0.000  exact match 1.000  ▁▁▁▁▁▁▂▃▅█
                                           by length: 10 1.00 20 1.00 | 30 0.67 40 0.50
        "#);
    }
}
