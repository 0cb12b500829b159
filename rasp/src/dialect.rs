//! Which rules a program obeys, read from its first line.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Problems, closest};
use crate::span::Span;

/// A dialect of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Weiss, Goldberg and Yahav 2021, <https://arxiv.org/abs/2106.06981>.
    Rasp,
    /// Zhou et al. 2023, <https://arxiv.org/abs/2310.16028>.
    RaspL,
}

const DIRECTIVE: &str = "#lang";

/// The dialect that line 1 of `source` names; `rasp` where it names none.
pub(crate) fn read(source: &str) -> Result<Dialect, Diagnostic> {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let Some(rest) = text.strip_prefix(DIRECTIVE).filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) else {
        return Ok(Dialect::Rasp);
    };
    let line = rest.lines().next().unwrap_or_default();
    let name = line.trim();
    match name {
        "rasp-l" => Ok(Dialect::RaspL),
        "rasp" => Ok(Dialect::Rasp),
        _ => {
            let start = source.len() - rest.len() + (line.len() - line.trim_start().len());
            let suggestion = closest(&name.to_lowercase(), ["rasp-l", "rasp"]).unwrap_or("rasp-l");
            Err(Diagnostic::new(
                Code::UnknownDialect,
                format!("no dialect is called `{name}`"),
                Span::new(start, start + name.len()),
                "not a dialect",
            )
            .help(format!("did you mean `{DIRECTIVE} {suggestion}`?")))
        }
    }
}

/// The dialect of a program, by its first line.
///
/// # Errors
/// `#lang` with a dialect that does not exist.
pub fn dialect(file_name: &str, source: &str) -> Result<Dialect, Diagnostics> {
    read(source).map_err(|problem| {
        let mut problems = Problems::default();
        problems.push(problem);
        problems.finish(file_name, source).expect("there is a problem")
    })
}

/// The refusal of a program in the `rasp` dialect where one in `rasp-l` is needed.
pub(crate) fn refuse_rasp(source: &str) -> Diagnostic {
    let first_line = source.lines().next().unwrap_or_default();
    let span = Span::new(0, first_line.len());
    let problem = Diagnostic::new(
        Code::MissingDialect,
        "line 1 does not say `#lang rasp-l`, so this is a program in the `rasp` dialect, and one in RASP-L is needed here",
        span,
        "line 1",
    );
    let mut offset = 0;
    for line in source.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if offset > 0 && line.trim_start().starts_with(DIRECTIVE) {
            return problem
                .and(Span::new(offset + indent, offset + line.trim_end().len()), "here it is only a comment")
                .help("move the `#lang` line to the very beginning of the file");
        }
        offset += line.len();
    }
    problem.help("begin the file with the line `#lang rasp-l`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_the_dialect() {
        assert_eq!(read("#lang rasp-l\nx;"), Ok(Dialect::RaspL));
        assert_eq!(read("\u{feff}#lang   rasp-l \r\nx;"), Ok(Dialect::RaspL));
        assert_eq!(read("#lang rasp"), Ok(Dialect::Rasp));
        assert_eq!(read("# a comment\n#lang rasp-l\n"), Ok(Dialect::Rasp));
        assert_eq!(read("#language rasp-l"), Ok(Dialect::Rasp));
        assert_eq!(read(""), Ok(Dialect::Rasp));
    }

    #[test]
    fn a_misspelt_dialect_is_corrected() {
        let problem = read("#lang  RASPL\n").unwrap_err();
        assert_eq!(problem.span(), Span::new(7, 12));
        assert_eq!(problem.helps().collect::<Vec<_>>(), ["did you mean `#lang rasp-l`?"]);
    }
}
