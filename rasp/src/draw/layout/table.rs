//! Rows, matrices, heads and layers, on columns that all rows share.

use super::super::scene::{HeadScene, LayerScene, Outcome, Row, Scene};
use super::super::text;
use super::block::Block;
use super::shape::{Align, Area, Fill, Style};

const BETWEEN_HEADS: f64 = 40.0;
/// Heads beyond this width stand in a further row.
const WIDEST_ROW_OF_HEADS: f64 = 1040.0;
/// Between names and cells.
const GAP: f64 = 8.0;
/// Left of the names: what a row is to its head.
const ROLE: f64 = 40.0;
const LONGEST_NAME: f64 = 128.0;
const LONGEST_QUERY_NAME: f64 = 80.0;
const LONGEST_FORMULA: f64 = 264.0;
const WIDEST_CELL: f64 = 64.0;
/// From this many positions on, cells are small, and each head and table has columns no wider than it needs.
const MANY_POSITIONS: usize = 13;

/// The measures of rows that share their columns.
#[derive(Clone, Copy)]
pub(super) struct Table {
    positions: usize,
    /// Width of a cell.
    column: f64,
    /// Height of a cell.
    row: f64,
    /// Where cells begin, from the left of a block.
    left: f64,
    style: Style,
}

impl Table {
    /// Room for everything in a scene, so that a position keeps its column from the input to the output.
    pub(super) fn of(scene: &Scene) -> Table {
        let many = scene.input.len() >= MANY_POSITIONS;
        let style = if many { Style::SMALL_CELL } else { Style::CELL };
        let row = if many { 16.0 } else { 24.0 };
        let mut table = Table { positions: scene.input.len(), column: row, row, left: 0.0, style };
        let heads = || scene.layers.iter().flat_map(|layer| &layer.heads);
        let outside_heads = scene.base.iter().chain(&scene.before).chain(scene.layers.iter().flat_map(|layer| &layer.feed_forward));
        let rows: Vec<&Row> = outside_heads.chain(heads().flat_map(in_columns)).collect();
        table.column = table.fitting(rows.iter().flat_map(|row| &row.cells).chain(&scene.input));
        let names = rows.iter().map(|row| Style::NAME.width(&short_name(row))).fold(0.0, f64::max);
        let queries = heads().map(|head| head.queries.iter().map(|query| table.query_width(query) + GAP).sum());
        table.left = up(ROLE + queries.fold(names + GAP, f64::max));
        table
    }

    /// For some of the rows alone, if narrow columns matter more than one column for each position.
    fn narrowed<'a>(self, rows: impl Iterator<Item = &'a Row>) -> Table {
        if self.positions < MANY_POSITIONS {
            return self;
        }
        Table { column: self.fitting(rows.flat_map(|row| &row.cells)), ..self }
    }

    /// The width of cells that hold these texts.
    fn fitting<'a>(&self, texts: impl Iterator<Item = &'a String>) -> f64 {
        let widest = texts.map(|text| self.style.width(text)).fold(0.0, f64::max);
        up(widest + 4.0).clamp(self.row, WIDEST_CELL)
    }

    fn query_width(&self, query: &Row) -> f64 {
        Style::NAME.width(&short_query_name(query)).max(self.fitting(query.cells.iter()))
    }

    /// Right end of the cells.
    fn right(&self) -> f64 {
        self.left + self.column * self.positions as f64
    }

    /// The tokens and indices, and what is computed from them before the first layer.
    pub(super) fn input(self, scene: &Scene) -> Block {
        let table = self.narrowed(scene.base.iter().chain(&scene.before));
        let mut block = Block::default();
        block.text(0.0, 10.0, "Input", Style::SECTION, Align::Left);
        let mut y = 24.0;
        if !scene.base.iter().any(|row| row.cells == scene.input) {
            let table = Table { column: table.column.max(table.fitting(scene.input.iter())), ..table };
            table.named_row(&mut block, y, "input", &scene.input, Fill::Cell);
            y += table.row + GAP;
        }
        for row in &scene.base {
            table.named_row(&mut block, y, &row.name, &row.cells, Fill::Cell);
            y += table.row + GAP;
        }
        table.feed_forward(&mut block, y, &scene.before);
        block
    }

    /// Heads side by side, and beneath them what is computed position by position.
    pub(super) fn layer(self, layer: &LayerScene, number: usize) -> Block {
        let mut block = Block::default();
        block.text(0.0, 10.0, &format!("Layer {number}"), Style::SECTION, Align::Left);
        let (mut x, mut y, mut bottom) = (0.0, 32.0, 32.0_f64);
        for (idx, head) in layer.heads.iter().enumerate() {
            let head = self.narrowed(in_columns(head)).head(head, idx + 1);
            if x > 0.0 && x + head.width > WIDEST_ROW_OF_HEADS {
                (x, y) = (0.0, bottom + 32.0);
            }
            bottom = bottom.max(y + head.height);
            let right = x + head.width;
            block.put(head, x, y);
            x = right + BETWEEN_HEADS;
        }
        if !layer.feed_forward.is_empty() {
            block.text(0.0, bottom + 32.0, "Feed-forward", Style::HEAD, Align::Left);
            self.narrowed(layer.feed_forward.iter()).feed_forward(&mut block, bottom + 40.0, &layer.feed_forward);
        }
        block
    }

    fn feed_forward(&self, block: &mut Block, top: f64, rows: &[Row]) {
        for (idx, row) in rows.iter().enumerate() {
            let y = top + (self.row + GAP) * idx as f64;
            self.named_row(block, y, &row.name, &row.cells, Fill::Result);
            let cut_name = (short_name(row) != row.name).then_some(&row.name);
            if let Some(formula) = row.formula.as_ref().or(cut_name) {
                let formula = text::shortened(formula, Style::NOTE.size, LONGEST_FORMULA);
                block.text(self.right() + 2.0 * GAP, self.baseline(y), &formula, Style::NOTE, Align::Left);
            }
        }
    }

    fn head(&self, head: &HeadScene, number: usize) -> Block {
        let mut block = Block::default();
        let title = format!("Head {number}");
        block.text(0.0, 10.0, &title, Style::HEAD, Align::Left);
        if let Some(name) = &head.name {
            let x = Style::HEAD.width(&title) + GAP;
            block.text(x, 10.0, &text::shortened(name, Style::NAME.size, LONGEST_NAME), Style::NAME, Align::Left);
        }
        let mut y = 16.0;
        for line in text::lines(&head.formula, Style::NOTE.size, self.right().max(LONGEST_FORMULA), 3) {
            block.text(0.0, y + 11.0, &line, Style::NOTE, Align::Left);
            y += 16.0;
        }
        y += GAP;
        self.role(&mut block, y, "key");
        for key in &head.keys {
            self.named_row(&mut block, y, &key.name, &key.cells, Fill::Cell);
            y += self.row;
        }
        block.text(0.0, y + 16.0, "query", Style::ROLE, Align::Left);
        y = self.selection(&mut block, y + 24.0, head);
        for Outcome { value, result } in &head.outcomes {
            y += 12.0;
            for (role, row, fill) in [("value", value, Fill::Cell), ("result", result, Fill::Result)] {
                self.role(&mut block, y, role);
                self.named_row(&mut block, y, &row.name, &row.cells, fill);
                y += self.row;
            }
        }
        block
    }

    /// The queries, each under its name, and the matrix beside them; returns their lower edge.
    fn selection(&self, block: &mut Block, top: f64, head: &HeadScene) -> f64 {
        let height = self.row * self.positions as f64;
        let mut right = self.left - GAP;
        for query in head.queries.iter().rev() {
            block.text(right, top - 8.0, &short_query_name(query), Style::NAME, Align::Right);
            let column = self.fitting(query.cells.iter());
            block.lattice(Area::at(right - column, top, column, height), 1, self.positions, Fill::Cell);
            for (idx, cell) in query.cells.iter().enumerate() {
                self.cell(block, right - column / 2.0, top + self.row * idx as f64, cell, column);
            }
            right -= self.query_width(query) + GAP;
        }
        block.lattice(Area::at(self.left, top, self.right() - self.left, height), self.positions, self.positions, Fill::Cell);
        for (query, row) in head.matrix.iter().enumerate() {
            for (key, _) in row.iter().enumerate().filter(|(_, selected)| **selected) {
                let (x, y) = (self.left + self.column * key as f64, top + self.row * query as f64);
                block.fill(Area::at(x, y, self.column, self.row).inset(1.0), Fill::Selected);
            }
        }
        top + height
    }

    fn role(&self, block: &mut Block, top: f64, role: &str) {
        block.text(0.0, self.baseline(top), role, Style::ROLE, Align::Left);
    }

    fn named_row(&self, block: &mut Block, top: f64, name: &str, cells: &[String], fill: Fill) {
        let name = text::shortened(name, Style::NAME.size, LONGEST_NAME);
        block.text(self.left - GAP, self.baseline(top), &name, Style::NAME, Align::Right);
        block.lattice(Area::at(self.left, top, self.right() - self.left, self.row), self.positions, 1, fill);
        for (idx, cell) in cells.iter().enumerate() {
            self.cell(block, self.left + self.column * (idx as f64 + 0.5), top, cell, self.column);
        }
    }

    fn cell(&self, block: &mut Block, middle: f64, top: f64, text: &str, width: f64) {
        let text = text::shortened(text, self.style.size, width - 3.0);
        block.text(middle, self.baseline(top), &text, self.style, Align::Middle);
    }

    /// Where text stands that is to be in the middle of a row.
    fn baseline(&self, top: f64) -> f64 {
        top + self.row / 2.0 + 4.0
    }
}

/// The rows of a head whose cells stand in the columns of its matrix.
fn in_columns(head: &HeadScene) -> impl Iterator<Item = &Row> {
    head.keys.iter().chain(head.outcomes.iter().flat_map(|outcome| [&outcome.value, &outcome.result]))
}

fn short_name(row: &Row) -> String {
    text::shortened(&row.name, Style::NAME.size, LONGEST_NAME)
}

fn short_query_name(row: &Row) -> String {
    text::shortened(&row.name, Style::NAME.size, LONGEST_QUERY_NAME)
}

/// The next multiple of 8.
fn up(length: f64) -> f64 {
    (length / 8.0).ceil() * 8.0
}
