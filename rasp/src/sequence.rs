//! temp
use crate::atom::Atom;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceKind { Bool, Int, Float, Text }
#[derive(Clone, Debug)]
pub struct Sequence { vals: Vec<Atom>, kind: SequenceKind }
impl Sequence {
    pub(crate) fn new(vals: Vec<Atom>) -> Result<Self, crate::fault::Fault> {
        let all = |f: fn(&Atom) -> bool| vals.iter().all(f);
        let kind = if all(|a| matches!(a, Atom::Text(_))) { SequenceKind::Text } else if all(|a| matches!(a, Atom::Bool(_))) { SequenceKind::Bool }
          else if all(|a| matches!(a, Atom::Bool(_)|Atom::Int(_))) { SequenceKind::Int } else if all(|a| !matches!(a, Atom::Text(_))) { SequenceKind::Float }
          else { return Err(crate::fault::Fault::language("vals of different types")) };
        Ok(Sequence { vals, kind })
    }
    pub fn kind(&self) -> SequenceKind { self.kind }
    pub fn len(&self) -> usize { self.vals.len() }
    pub fn get(&self, i: usize) -> Atom { self.vals[i].clone() }
    pub fn iter(&self) -> impl Iterator<Item = Atom> + '_ { self.vals.iter().cloned() }
}
impl std::fmt::Display for Sequence { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&crate::transcript::show_sequence(self)) } }
#[derive(Clone, Debug)]
pub struct SelectorMatrix { rows: Vec<Vec<bool>> }
impl SelectorMatrix {
    pub(crate) fn new(rows: Vec<Vec<bool>>) -> Self { SelectorMatrix { rows } }
    pub fn len(&self) -> usize { self.rows.len() }
    pub fn selects(&self, q: usize, k: usize) -> bool { self.rows[q][k] }
}
impl std::fmt::Display for SelectorMatrix { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{:?}", self.rows) } }
