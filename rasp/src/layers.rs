//! temp
use crate::flow::{Flow, NodeId};
#[derive(Clone, Debug)]
pub struct Layers { heads: Vec<Vec<NodeId>>, merged: Vec<usize> }
impl Layers { pub fn of(_f: &Flow, _n: NodeId) -> Self { Layers { heads: vec![], merged: vec![] } } pub fn depth(&self) -> usize { self.heads.len() } pub fn heads(&self) -> &[Vec<NodeId>] { &self.heads } pub fn merged_heads(&self) -> &[usize] { &self.merged } }
