//! Programs for tests, built by hand: those whose layers the reference interpreter was asked for, and random ones.

use crate::atom::{Atom, Int};
use crate::comparison::Comparison;
use crate::flow::{BinaryMap, Flow, Map, Naming, Node, NodeId, Operand, Reading, UnaryMap};
use proptest::prelude::*;
use std::sync::Arc;

/// Adds a program to a flow; returns its output.
pub(crate) type Program = fn(&mut Sketch) -> NodeId;

/// A flow under construction. The basic s-ops are made once each, as in a session.
#[derive(Default)]
pub(crate) struct Sketch {
    pub(crate) flow: Flow,
    tokens: Option<NodeId>,
    indices: Option<NodeId>,
    everything: Option<NodeId>,
}

impl Sketch {
    pub(crate) fn tokens(&mut self) -> NodeId {
        *self.tokens.get_or_insert_with(|| self.flow.add(Node::Tokens(Reading::Text), "tokens", Naming::Given))
    }

    pub(crate) fn indices(&mut self) -> NodeId {
        *self.indices.get_or_insert_with(|| self.flow.add(Node::Indices, "indices", Naming::Given))
    }

    pub(crate) fn constant(&mut self, atom: Atom) -> NodeId {
        self.flow.add(Node::Constant(atom), "constant", Naming::Derived)
    }

    pub(crate) fn everything(&mut self) -> NodeId {
        if let Some(id) = self.everything {
            return id;
        }
        let (key, query) = (self.constant(int(1)), self.constant(int(1)));
        let id = self.select(key, query, Comparison::Equal);
        self.flow.rename(id, "full_s");
        *self.everything.insert(id)
    }

    pub(crate) fn select(&mut self, key: NodeId, query: NodeId, comparison: Comparison) -> NodeId {
        self.flow.add(Node::Select { key, query, comparison }, "plain select", Naming::Derived)
    }

    pub(crate) fn and(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.flow.add(Node::AndSelectors(left, right), "sel and sel", Naming::Derived)
    }

    pub(crate) fn or(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.flow.add(Node::OrSelectors(left, right), "sel or sel", Naming::Derived)
    }

    pub(crate) fn aggregate(&mut self, selector: NodeId, value: NodeId, name: &str) -> NodeId {
        self.flow.add(Node::Aggregate { selector, value, default: None }, name, Naming::Given)
    }

    pub(crate) fn named(&mut self, id: NodeId, name: &str) -> NodeId {
        self.flow.rename(id, name);
        id
    }

    fn map(&mut self, map: Map) -> NodeId {
        self.flow.add(Node::Map(map), "s-op", Naming::Derived)
    }

    pub(crate) fn unary(&mut self, op: UnaryMap, input: NodeId) -> NodeId {
        self.map(Map::Unary(op, input))
    }

    pub(crate) fn binary(&mut self, op: BinaryMap, left: NodeId, right: NodeId) -> NodeId {
        self.map(Map::Binary(op, Operand::Node(left), Operand::Node(right)))
    }

    pub(crate) fn with_atom(&mut self, op: BinaryMap, left: NodeId, right: Atom) -> NodeId {
        self.map(Map::Binary(op, Operand::Node(left), Operand::Atom(right)))
    }

    pub(crate) fn add(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.binary(BinaryMap::Add, left, right)
    }

    fn over(&mut self, one: Atom, below: NodeId) -> NodeId {
        self.map(Map::Binary(BinaryMap::Divide, Operand::Atom(one), Operand::Node(below)))
    }

    /// Where the index is `idx`, as a selector of that one position.
    fn at(&mut self, idx: i64) -> NodeId {
        let (indices, idx) = (self.indices(), self.constant(int(idx)));
        self.select(indices, idx, Comparison::Equal)
    }

    /// 1 at position 0, else 0.
    fn first(&mut self) -> NodeId {
        let indices = self.indices();
        let first = self.with_atom(BinaryMap::Compare(Comparison::Equal), indices, int(0));
        let first = self.unary(UnaryMap::Indicator, first);
        self.named(first, "is_first")
    }

    fn selector_width(&mut self, selector: NodeId, name: &str) -> NodeId {
        let (at_first, first, one) = (self.at(0), self.first(), self.constant(int(1)));
        let (and_first, or_first) = (self.and(selector, at_first), self.or(selector, at_first));
        let share = self.aggregate(or_first, first, "share");
        let selects_first = self.aggregate(and_first, one, "selects_first");
        let width = self.over(int(1), share);
        let width = self.with_atom(BinaryMap::Subtract, width, int(1));
        let width = self.add(width, selects_first);
        let width = self.unary(UnaryMap::Round, width);
        self.named(width, name)
    }

    /// The width of a selector that never selects position 0, where the input has a token of its own for this.
    fn width_with_bos(&mut self, selector: NodeId, name: &str) -> NodeId {
        let (at_first, first) = (self.at(0), self.first());
        let or_first = self.or(selector, at_first);
        let share = self.aggregate(or_first, first, "share");
        let width = self.over(int(1), share);
        let width = self.with_atom(BinaryMap::Subtract, width, int(1));
        self.named(width, name)
    }

    fn smaller_or_equal_and_earlier(&mut self) -> NodeId {
        let (tokens, indices) = (self.tokens(), self.indices());
        let smaller = self.select(tokens, tokens, Comparison::Less);
        let equal = self.select(tokens, tokens, Comparison::Equal);
        let earlier = self.select(indices, indices, Comparison::Less);
        let equal_and_earlier = self.and(equal, earlier);
        let before = self.or(smaller, equal_and_earlier);
        self.named(before, "comes_before")
    }

    fn same_tokens(&mut self) -> NodeId {
        let tokens = self.tokens();
        let same = self.select(tokens, tokens, Comparison::Equal);
        self.named(same, "same_tok")
    }

    /// How many positions up to this one satisfy a condition.
    fn count_up_to_self(&mut self, up_to_self: NodeId, condition: NodeId, name: &str) -> NodeId {
        let indices = self.indices();
        let condition = self.unary(UnaryMap::Indicator, condition);
        let share = self.aggregate(up_to_self, condition, &format!("{name}_share"));
        let places = self.with_atom(BinaryMap::Add, indices, int(1));
        let count = self.binary(BinaryMap::Multiply, places, share);
        self.named(count, name)
    }

    fn up_to_self(&mut self) -> NodeId {
        let indices = self.indices();
        let up_to_self = self.select(indices, indices, Comparison::LessOrEqual);
        self.named(up_to_self, "up_to_self")
    }

    /// Whether the tokens up to each position are balanced, can still become so, or cannot.
    fn verdict(&mut self, problems: NodeId, balance: NodeId) -> NodeId {
        let failed = self.with_atom(BinaryMap::Compare(Comparison::Greater), problems, int(0));
        let closed = self.with_atom(BinaryMap::Compare(Comparison::Equal), balance, int(0));
        let [no, yes, prefix] = ["F", "T", "P"].map(|text| self.constant(Atom::text(text)));
        let good = self.map(Map::Where { condition: closed, yes, no: prefix });
        self.map(Map::Where { condition: failed, yes: no, no: good })
    }
}

fn int(value: i64) -> Atom {
    Atom::Int(Int::Small(value))
}

pub(crate) fn length(sketch: &mut Sketch) -> NodeId {
    let (all, first) = (sketch.everything(), sketch.first());
    let share = sketch.aggregate(all, first, "share");
    let length = sketch.over(int(1), share);
    let length = sketch.unary(UnaryMap::Round, length);
    sketch.named(length, "length")
}

pub(crate) fn hist_bos(sketch: &mut Sketch) -> NodeId {
    let same = sketch.same_tokens();
    sketch.width_with_bos(same, "hist")
}

pub(crate) fn hist(sketch: &mut Sketch) -> NodeId {
    let same = sketch.same_tokens();
    sketch.selector_width(same, "hist")
}

pub(crate) fn reverse(sketch: &mut Sketch) -> NodeId {
    let (length, indices, tokens) = (length(sketch), sketch.indices(), sketch.tokens());
    let opposite = sketch.binary(BinaryMap::Subtract, length, indices);
    let opposite = sketch.with_atom(BinaryMap::Subtract, opposite, int(1));
    let opposite = sketch.named(opposite, "opposite");
    let flip = sketch.select(indices, opposite, Comparison::Equal);
    sketch.aggregate(flip, tokens, "reverse")
}

fn sort_by(sketch: &mut Sketch, place: NodeId) -> NodeId {
    let (indices, tokens) = (sketch.indices(), sketch.tokens());
    let from = sketch.select(place, indices, Comparison::Equal);
    sketch.aggregate(from, tokens, "sort")
}

pub(crate) fn sort(sketch: &mut Sketch) -> NodeId {
    let before = sketch.smaller_or_equal_and_earlier();
    let place = sketch.selector_width(before, "place");
    sort_by(sketch, place)
}

pub(crate) fn sort_bos(sketch: &mut Sketch) -> NodeId {
    let before = sketch.smaller_or_equal_and_earlier();
    let place = sketch.width_with_bos(before, "place");
    sort_by(sketch, place)
}

/// How many tokens occur as often as this one, each token counted once.
pub(crate) fn hist2_bos(sketch: &mut Sketch) -> NodeId {
    let (hist, indices) = (hist_bos(sketch), sketch.indices());
    let (same, one) = (sketch.same_tokens(), sketch.constant(int(1)));
    let earlier = sketch.select(indices, indices, Comparison::Less);
    let same_and_earlier = sketch.and(same, earlier);
    let seen = sketch.aggregate(same_and_earlier, one, "seen");
    let none = sketch.constant(int(0));
    let as_often = sketch.select(hist, hist, Comparison::Equal);
    let new = sketch.select(seen, none, Comparison::Equal);
    let new_and_as_often = sketch.and(as_often, new);
    sketch.width_with_bos(new_and_as_often, "hist2")
}

/// How many positions hold a token that occurs as often as this one.
pub(crate) fn double_hist(sketch: &mut Sketch) -> NodeId {
    let hist = hist(sketch);
    let as_often = sketch.select(hist, hist, Comparison::Equal);
    sketch.selector_width(as_often, "hist2")
}

pub(crate) fn dyck1(sketch: &mut Sketch) -> NodeId {
    let (tokens, up_to_self) = (sketch.tokens(), sketch.up_to_self());
    let is_open = sketch.with_atom(BinaryMap::Compare(Comparison::Equal), tokens, Atom::text("("));
    let is_close = sketch.with_atom(BinaryMap::Compare(Comparison::Equal), tokens, Atom::text(")"));
    let opened = sketch.count_up_to_self(up_to_self, is_open, "opened");
    let closed = sketch.count_up_to_self(up_to_self, is_close, "closed");
    let balance = sketch.binary(BinaryMap::Subtract, opened, closed);
    let balance = sketch.named(balance, "balance");
    let negative = sketch.with_atom(BinaryMap::Compare(Comparison::Less), balance, int(0));
    let problems = sketch.count_up_to_self(up_to_self, negative, "problems");
    let verdict = sketch.verdict(problems, balance);
    sketch.named(verdict, "dyck1")
}

pub(crate) fn dyck2(sketch: &mut Sketch) -> NodeId {
    let (tokens, indices, up_to_self) = (sketch.tokens(), sketch.indices(), sketch.up_to_self());
    let among = |sketch: &mut Sketch, texts: [&str; 2]| sketch.map(Map::In(tokens, Arc::from(texts.map(Atom::text))));
    let is_open = among(sketch, ["(", "{"]);
    let is_close = among(sketch, [")", "}"]);
    let is_close = sketch.named(is_close, "closes");
    let opened = sketch.count_up_to_self(up_to_self, is_open, "opened");
    let closed = sketch.count_up_to_self(up_to_self, is_close, "closed");
    let balance = sketch.binary(BinaryMap::Subtract, opened, closed);
    let balance = sketch.named(balance, "balance");

    let closing = sketch.unary(UnaryMap::Indicator, is_close);
    let depth = sketch.add(balance, closing);
    let depth = sketch.named(depth, "depth");
    let same_depth = sketch.select(depth, depth, Comparison::Equal);
    let not_later = sketch.select(indices, indices, Comparison::LessOrEqual);
    let same_depth_so_far = sketch.and(same_depth, not_later);
    let turn = sketch.selector_width(same_depth_so_far, "turn");

    let previous_turn = sketch.with_atom(BinaryMap::Subtract, turn, int(1));
    let previous_turn = sketch.named(previous_turn, "previous_turn");
    let turn_before = sketch.select(turn, previous_turn, Comparison::Equal);
    let partner = sketch.and(same_depth, turn_before);
    let partner_token = Node::Aggregate { selector: partner, value: tokens, default: Some(Atom::text("-")) };
    let partner_token = sketch.flow.add(partner_token, "opener", Naming::Given);

    let pair = sketch.add(partner_token, tokens);
    let pair = sketch.named(pair, "pair");
    let matched = sketch.map(Map::In(pair, Arc::from(["()", "{}"].map(Atom::text))));
    let mismatched = sketch.unary(UnaryMap::Not, matched);
    let mismatched = sketch.binary(BinaryMap::And, is_close, mismatched);
    let negative = sketch.with_atom(BinaryMap::Compare(Comparison::Less), balance, int(0));
    let wrong = sketch.binary(BinaryMap::Or, mismatched, negative);
    let wrong = sketch.named(wrong, "wrong");
    let problems = sketch.count_up_to_self(up_to_self, wrong, "problems");
    let verdict = sketch.verdict(problems, balance);
    sketch.named(verdict, "dyck2")
}

/// What [`random`] makes one node of: its kind, and choices among what there is.
pub(crate) type Step = (u8, [usize; 3]);

pub(crate) fn random_steps(longest: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..9_u8, [0..64_usize, 0..64_usize, 0..64_usize]), 1..=longest)
}

/// A flow with a node for each step; the last one is the output.
pub(crate) fn random(steps: &[Step]) -> (Sketch, NodeId) {
    let mut sketch = Sketch::default();
    let mut sequences = vec![sketch.tokens(), sketch.indices(), sketch.constant(int(1))];
    let mut selectors = vec![sketch.everything()];
    let mut last = selectors[0];
    for (idx, (kind, choices)) in steps.iter().enumerate() {
        let [first, second, third] = choices.map(|choice| sequences[choice % sequences.len()]);
        let [left, right, _] = choices.map(|choice| selectors[choice % selectors.len()]);
        last = match kind {
            0 => sketch.add(first, second),
            1 => sketch.map(Map::Where { condition: first, yes: second, no: third }),
            2 => sketch.with_atom(BinaryMap::Multiply, first, int(2)),
            3 => sketch.constant(Atom::Float(choices[0] as f64)),
            4 => sketch.and(left, right),
            5 => sketch.flow.add(Node::NotSelector(left), "not sel", Naming::Derived),
            6 => sketch.select(first, second, Comparison::Less),
            _ => sketch.aggregate(left, second, &format!("a<{idx}>&\"b\"")),
        };
        if (4..=6).contains(kind) { selectors.push(last) } else { sequences.push(last) }
    }
    (sketch, last)
}
