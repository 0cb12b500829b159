//! A scene as a graph for graphviz: a cluster for each layer, a table for each head, and an edge from every row to where it is read.

use super::layout::{ACCENT, GROUND, QUIET, RULE, TINT, summary};
use super::scene::{HeadScene, Outcome, Row, Scene};
use super::text::{escaped, lines, shortened};
use crate::flow::NodeId;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const FONT: &str = "Noto Sans,Helvetica,Arial,sans-serif";
const WHITE: &str = "white";
/// Cells, names and formulas wider than so many times the font's size are shortened.
const WIDEST_CELL: f64 = 6.0;
const WIDEST_NAME: f64 = 12.0;
const WIDEST_FORMULA: f64 = 24.0;

impl Scene {
    /// The picture as a graph in graphviz's DOT language, layers from left to right: for `dot -Tpdf` and its like.
    ///
    /// A row read within its own table has no edge: the formula beside it says so. All queries of a head share one entry.
    pub fn to_dot(&self) -> String {
        let title = escaped(&shortened(&format!("{} on {}", self.title, self.input.join(" ")), 1.0, 2.0 * WIDEST_FORMULA));
        let mut graph = Graph::default();
        graph.cluster(0, "Input", &[], &[&self.base[..], &self.before].concat());
        for (idx, layer) in self.layers.iter().enumerate() {
            graph.cluster(idx + 1, &format!("Layer {}", idx + 1), &layer.heads, &layer.feed_forward);
        }
        format!(
            "digraph flow {{\n\
             graph [rankdir=LR, ranksep=1, labelloc=t, fontname=\"{FONT}\", fontsize=11, label=<<B>{title}</B><BR/>{}<BR/> >];\n\
             node [shape=plain, fontname=\"{FONT}\", fontsize=10];\n\
             edge [color=\"{QUIET}\", arrowsize=0.6];\n\
             {}{}}}\n",
            escaped(&summary(self)),
            graph.clusters,
            graph.edges
        )
    }
}

/// The graph so far. Writing to a `String` cannot fail.
#[derive(Default)]
struct Graph {
    clusters: String,
    edges: String,
    /// The table of each row that can be read, and the port where the row ends.
    homes: BTreeMap<NodeId, (String, String)>,
}

impl Graph {
    /// One layer: its heads, and its elementwise s-ops in one table.
    fn cluster(&mut self, layer: usize, title: &str, heads: &[HeadScene], rows: &[Row]) {
        let mut tables = String::new();
        for (idx, head) in heads.iter().enumerate() {
            let name = format!("head_{layer}_{}", idx + 1);
            let rows = self.head(&name, idx + 1, head);
            let _ = writeln!(tables, "{name} [label=<{}>];", table(&rows));
        }
        if !rows.is_empty() {
            let name = format!("rows_{layer}");
            let rows: Vec<String> = rows.iter().enumerate().map(|(idx, row)| self.computed_row(&name, idx, row)).collect();
            let _ = writeln!(tables, "{name} [label=<{}>];", table(&rows));
        }
        let style = format!("style=filled; color=\"{GROUND}\"; fontcolor=\"{QUIET}\"");
        let _ = write!(self.clusters, "subgraph cluster_{layer} {{\nlabel=\"{title}\"; {style};\n{tables}}}\n");
    }

    fn head(&mut self, table: &str, number: usize, head: &HeadScene) -> Vec<String> {
        let (left, positions) = (head.queries.len(), head.matrix.len());
        let name = head.name.as_ref().map(|name| format!(" {}", escaped(name))).unwrap_or_default();
        let formula: Vec<String> = lines(&head.formula, 1.0, WIDEST_FORMULA, 4).iter().map(|line| escaped(line)).collect();
        let formula = formula.join("<BR/>");
        let mut rows = vec![format!("<TD BORDER=\"0\" COLSPAN=\"{}\"><B>Head {number}</B>{name}<BR/>{formula}</TD>", left + positions)];
        for (idx, key) in head.keys.iter().enumerate() {
            rows.push(self.read(table, &format!("key{idx}"), key, left) + &cells(&key.cells, WHITE, None));
        }
        // Edges to the other queries would run across the first one.
        for query in &head.queries {
            self.edge(query.node, table, "query");
        }
        let port = |idx: usize| (idx == 0).then_some("query");
        let queries = head.queries.iter().enumerate();
        let queries: String = queries.map(|(idx, query)| name_cell(query, port(idx), 1)).collect();
        rows.push(queries);
        for (position, selected) in head.matrix.iter().enumerate() {
            let queries: String = head.queries.iter().map(|query| cells(&query.cells[position..=position], WHITE, None)).collect();
            let mark = |selected: &bool| cell("", if *selected { ACCENT } else { WHITE }, None);
            rows.push(selected.iter().map(mark).fold(queries, |row, mark| row + &mark));
        }
        for (idx, Outcome { value, result }) in head.outcomes.iter().enumerate() {
            rows.push(self.read(table, &format!("value{idx}"), value, left) + &cells(&value.cells, WHITE, None));
            let end = format!("result{idx}");
            rows.push(name_cell(result, None, left) + &cells(&result.cells, TINT, Some(&end)));
            self.homes.insert(result.node, (table.to_owned(), end));
        }
        rows
    }

    /// A row of a table without attention, with edges from what it is computed from.
    fn computed_row(&mut self, table: &str, idx: usize, row: &Row) -> String {
        let (start, end) = (format!("row{idx}"), format!("end{idx}"));
        for read in &row.reads {
            self.edge(*read, table, &start);
        }
        self.homes.insert(row.node, (table.to_owned(), end.clone()));
        let fill = if row.reads.is_empty() { WHITE } else { TINT };
        let formula = row.formula.as_deref().unwrap_or_default();
        let formula = escaped(&shortened(formula, 1.0, WIDEST_FORMULA));
        name_cell(row, Some(&start), 1)
            + &cells(&row.cells, fill, None)
            + &format!("<TD BORDER=\"0\" ALIGN=\"LEFT\" PORT=\"{end}\">{formula}</TD>")
    }

    /// The name of a row that a head only reads, with an edge from where it is computed.
    fn read(&mut self, table: &str, port: &str, row: &Row, columns: usize) -> String {
        self.edge(row.node, table, port);
        name_cell(row, Some(port), columns)
    }

    fn edge(&mut self, from: NodeId, table: &str, port: &str) {
        if let Some((home, end)) = self.homes.get(&from).filter(|(home, _)| home != table) {
            let _ = writeln!(self.edges, "{home}:{end}:e -> {table}:{port}:w;");
        }
    }
}

fn table(rows: &[String]) -> String {
    let rows = rows.join("</TR>\n<TR>");
    format!("<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"4\" COLOR=\"{RULE}\">\n<TR>{rows}</TR>\n</TABLE>")
}

fn name_cell(row: &Row, port: Option<&str>, columns: usize) -> String {
    let name = escaped(&shortened(&row.name, 1.0, WIDEST_NAME));
    format!("<TD BORDER=\"0\" ALIGN=\"RIGHT\" COLSPAN=\"{columns}\"{}>{name}</TD>", port_attribute(port))
}

/// Cells of one colour, the last one with the port.
fn cells(texts: &[String], colour: &str, port: Option<&str>) -> String {
    let port = |idx: usize| port.filter(|_| idx + 1 == texts.len());
    texts.iter().enumerate().map(|(idx, text)| cell(text, colour, port(idx))).collect()
}

fn cell(text: &str, colour: &str, port: Option<&str>) -> String {
    let text = escaped(&shortened(text, 1.0, WIDEST_CELL));
    format!("<TD BGCOLOR=\"{colour}\"{}>{text}</TD>", port_attribute(port))
}

fn port_attribute(port: Option<&str>) -> String {
    port.map(|port| format!(" PORT=\"{port}\"")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use crate::layers::programs;
    use proptest::prelude::*;

    #[test]
    fn a_small_program_as_a_graph() {
        insta::assert_snapshot!(sample::scene(programs::hist_bos, "§aa").to_dot());
    }

    proptest! {
        #[test]
        fn edges_join_ports_that_are_there(recipe in sample::recipes()) {
            let dot = sample::random(&recipe).to_dot();
            for edge in dot.lines().filter(|line| line.contains(" -> ")) {
                for end in edge.trim_end_matches(';').split(" -> ") {
                    let parts: Vec<&str> = end.split(':').collect();
                    let table = dot.split_once(&format!("\n{} [label=", parts[0])).unwrap().1;
                    let table = table.split_once("</TABLE>").unwrap().0;
                    prop_assert_eq!(table.matches(&format!("PORT=\"{}\"", parts[1])).count(), 1, "{}", edge);
                }
            }
        }

        #[test]
        fn tables_are_well_formed(recipe in sample::recipes()) {
            let dot = sample::random(&recipe).to_dot();
            for table in dot.split("<TABLE").skip(1) {
                let table = format!("<TABLE{}", table.split_once(">];").unwrap().0);
                prop_assert_eq!(sample::unbalanced(&table.replace("<BR/>", "")), None);
            }
        }
    }
}
