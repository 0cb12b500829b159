//! temp
#[derive(Clone, Debug)]
pub struct Drawing { title: String }
impl Drawing { pub fn title(&self) -> &str { &self.title } pub fn svg(&self) -> String { String::new() } pub fn dot(&self) -> String { String::new() } }
