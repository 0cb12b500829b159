//! temp
use crate::atom::{self, Atom, AtomLimits};
use crate::fault::Fault;
use crate::flow::*;
use crate::input::Input;
use crate::sequence::{Sequence, SelectorMatrix};
use std::collections::HashMap;
#[derive(Clone, Debug)]
pub enum Value { Sequence(Sequence), Selector(SelectorMatrix) }
#[derive(Debug)]
pub(crate) struct Memo { input: Input, values: HashMap<NodeId, Value> }
impl Memo {
    pub(crate) fn new(input: Input) -> Self { Memo { input, values: HashMap::new() } }
    pub(crate) fn evaluate(&mut self, flow: &Flow, node: NodeId) -> Result<Value, Fault> {
        if let Some(v) = self.values.get(&node) { return Ok(v.clone()); }
        for id in flow.needed_for(&[node]) {
            if !self.values.contains_key(&id) { let v = self.one(flow, id)?; self.values.insert(id, v); }
        }
        Ok(self.values[&node].clone())
    }
    fn s(&self, id: NodeId) -> &Sequence { match &self.values[&id] { Value::Sequence(s) => s, _ => panic!() } }
    fn m(&self, id: NodeId) -> &SelectorMatrix { match &self.values[&id] { Value::Selector(s) => s, _ => panic!() } }
    fn one(&self, flow: &Flow, id: NodeId) -> Result<Value, Fault> {
        let n = self.input.len();
        let lim = AtomLimits { max_bits: 1 << 20, max_text: 1 << 24 };
        let seq = |f: &dyn Fn(usize) -> Result<Atom, Fault>| -> Result<Value, Fault> { Ok(Value::Sequence(Sequence::new((0..n).map(f).collect::<Result<Vec<_>, _>>()?)?)) };
        let mat = |f: &dyn Fn(usize, usize) -> Result<bool, Fault>| -> Result<Value, Fault> {
            Ok(Value::Selector(SelectorMatrix::new((0..n).map(|q| (0..n).map(|k| f(q, k)).collect::<Result<Vec<_>, _>>()).collect::<Result<Vec<_>, _>>()?))) };
        match flow.node(id) {
            Node::Tokens(r) => seq(&|i| atom::read(*r, &self.input.items()[i])),
            Node::Indices => seq(&|i| Ok(Atom::Int((i as i64).into()))),
            Node::Constant(a) => seq(&|_| Ok(a.clone())),
            Node::Map(Map::Unary(u, x)) => seq(&|i| atom::unary(*u, &self.s(*x).get(i))),
            Node::Map(Map::Binary(b, l, r)) => { let g = |o: &Operand, i| match o { Operand::Node(x) => self.s(*x).get(i), Operand::Atom(a) => a.clone() };
                seq(&|i| atom::binary(*b, &g(l, i), &g(r, i), &lim)) }
            Node::Map(Map::Where { condition, yes, no }) => seq(&|i| Ok(if self.s(*condition).get(i).truth() { self.s(*yes).get(i) } else { self.s(*no).get(i) })),
            Node::Map(Map::In(x, l)) => seq(&|i| Ok(Atom::Bool(l.iter().any(|a| a.python_eq(&self.s(*x).get(i)))))),
            Node::Map(Map::Lookup(t, x)) => seq(&|i| { let v = self.s(*x).get(i); 
                let idx = |len: usize| -> Result<usize, Fault> { let k = match &v { Atom::Bool(b) => i64::from(*b), Atom::Int(k) => k.to_i64().unwrap_or(i64::MAX), _ => return Err(Fault::arithmetic("float index")) };
                    let k = if k < 0 { k + len as i64 } else { k }; if k < 0 || k >= len as i64 { Err(Fault::language("out of range")) } else { Ok(k as usize) } };
                match t { Table::List(l) => Ok(l[idx(l.len())?].clone()), Table::Text(l) => Ok(Atom::text(&l[idx(l.len())?].to_string())),
                  Table::Dict(d) => d.iter().find(|(k, _)| k.python_eq(&v)).map(|(_, v)| v.clone()).ok_or_else(|| Fault::language("no key")) } }),
            Node::Select { key, query, comparison } => mat(&|q, k| atom::compare(*comparison, &self.s(*key).get(k), &self.s(*query).get(q))),
            Node::NotSelector(s) => mat(&|q, k| Ok(!self.m(*s).selects(q, k))),
            Node::AndSelectors(a, b) => mat(&|q, k| Ok(self.m(*a).selects(q, k) && self.m(*b).selects(q, k))),
            Node::OrSelectors(a, b) => mat(&|q, k| Ok(self.m(*a).selects(q, k) || self.m(*b).selects(q, k))),
            Node::Aggregate { selector, value, default } => seq(&|q| {
                let (m, v) = (self.m(*selector), self.s(*value));
                let sel: Vec<Atom> = (0..n).filter(|&k| m.selects(q, k)).map(|k| v.get(k)).collect();
                match sel.len() { 0 => Ok(default.clone().unwrap_or(Atom::Int(0.into()))), 1 => Ok(sel[0].clone()),
                  len => { if !matches!(v.kind(), crate::sequence::SequenceKind::Int | crate::sequence::SequenceKind::Float) { return Err(Fault::arithmetic("non-numbers")); }
                    let mut sum = Atom::Int(0.into()); for x in &sel { sum = atom::binary(BinaryMap::Add, &sum, x, &lim)?; }
                    sum = atom::binary(BinaryMap::Multiply, &sum, &Atom::Float(1.0), &lim)?; atom::binary(BinaryMap::Divide, &sum, &Atom::Int((len as i64).into()), &lim) } }
            }),
        }
    }
}
#[derive(Clone, Debug)]
pub struct Plan { flow: Flow, out: Vec<NodeId> }
#[derive(Debug)]
pub struct PlanError { node: NodeId, fault: Fault }
impl PlanError { pub(crate) fn node(&self) -> NodeId { self.node } pub(crate) fn fault(&self) -> &Fault { &self.fault } }
impl Plan {
    pub fn new(flow: &Flow, out: &[NodeId]) -> Self { Plan { flow: flow.clone(), out: out.to_vec() } }
    pub fn evaluate(&self, input: &Input) -> Result<Vec<Value>, PlanError> {
        let mut memo = Memo::new(input.clone());
        self.out.iter().map(|&o| memo.evaluate(&self.flow, o).map_err(|fault| PlanError { node: o, fault })).collect()
    }
}
