//! Text in pictures: how wide it is, how to shorten and break it, and what markup may hold of it.

/// What cut text ends in.
const CUT: char = '…';

/// Advance widths of the printable ASCII characters in Noto Sans, from the space on, in thousandths of the font size.
const ADVANCES: [u16; 95] = [
    259, 269, 408, 645, 571, 831, 731, 225, 299, 299, 550, 571, 268, 321, 268, 372, 571, 571, 571, 571, 571, 571, 571, 571, 571, 571, 268,
    268, 571, 571, 571, 434, 898, 639, 649, 631, 729, 556, 519, 728, 741, 338, 272, 619, 523, 907, 759, 780, 604, 780, 622, 548, 556, 730,
    600, 930, 585, 565, 571, 329, 372, 329, 571, 443, 580, 561, 615, 479, 615, 563, 344, 615, 618, 257, 257, 534, 257, 935, 618, 604, 615,
    615, 413, 479, 360, 618, 507, 786, 528, 509, 470, 379, 550, 379, 571,
];

/// Width of text in Noto Sans at one size, both in CSS pixels; an estimate outside ASCII.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

fn advance(character: char) -> f64 {
    let ascii = (character as usize).checked_sub(0x20).and_then(|idx| ADVANCES.get(idx));
    match (ascii, character as u32) {
        (Some(thousandths), _) => f64::from(*thousandths) / 1000.0,
        (None, 0..0x20) => advance(' '),
        (None, 0..0x1100) => 0.65,
        // East Asian characters fill their square; pictographs are wider still in some fonts.
        (None, 0x1F000..) => 1.35,
        (None, _) => 1.0,
    }
}

/// Text cut at the end to fit a width, with a mark where it was cut.
pub(super) fn shortened(text: &str, size: f64, width_most: f64) -> String {
    if width(text, size) <= width_most {
        return text.to_owned();
    }
    let mut left = width_most - advance(CUT) * size;
    let kept = text.chars().take_while(|&character| {
        left -= advance(character) * size;
        left >= 0.0
    });
    let mut cut: String = kept.collect();
    cut.truncate(cut.trim_end().len());
    cut.push(CUT);
    cut
}

/// Text broken at spaces into lines of a width, the last of at most `lines_most` lines shortened.
pub(super) fn lines(text: &str, size: f64, width_most: f64, lines_most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let full = lines.len() == lines_most;
        match lines.last_mut() {
            Some(line) if full || width(line, size) + width(word, size) + width(" ", size) <= width_most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| shortened(line, size, width_most)).collect()
}

/// Text as XML and as graphviz's HTML-like labels take it, without characters that XML forbids.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => {}
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_is_escaped_and_controls_are_blank() {
        assert_eq!(escaped("a<b> & \"c\"\u{1b}\u{FFFE}"), "a&lt;b&gt; &amp; &quot;c&quot; ");
    }

    #[test]
    fn long_text_ends_in_a_mark() {
        assert_eq!(shortened("hist", 10.0, 20.0), "hist");
        assert_eq!(shortened("histogram of tokens", 10.0, 60.0), "histogram…");
    }

    #[test]
    fn text_breaks_at_spaces_and_the_last_line_is_cut() {
        assert_eq!(lines("tokens == tokens or indices == 0", 10.0, 90.0, 2), ["tokens == tokens", "or indices == 0"]);
        assert_eq!(lines("tokens == tokens or indices == 0", 10.0, 60.0, 2), ["tokens ==", "tokens or i…"]);
    }

    proptest! {
        #[test]
        fn shortened_text_fits(text in "\\PC*", most in 10.0..200.0) {
            prop_assert!(width(&shortened(&text, 10.0, most), 10.0) <= most + 1e-9);
            prop_assert!(lines(&text, 10.0, most, 3).iter().all(|line| width(line, 10.0) <= most + 1e-9));
        }
    }
}
