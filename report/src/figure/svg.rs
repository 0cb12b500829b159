//! A small writer of SVG: shapes and text at exact coordinates, everything escaped. Knows nothing of data.

use std::fmt::Write as _;

use super::label::text_width;
use super::palette::{INK, QUIET};

/// The font of every figure; a browser without it takes its own.
pub(super) const FONT: &str = "Noto Sans, Helvetica Neue, Helvetica, Arial, sans-serif";

/// A drawing under way. Coordinates are CSS pixels from the upper left corner; later shapes lie over earlier ones.
#[derive(Debug)]
pub(super) struct Svg {
    width: f64,
    body: String,
}

/// Where text stands to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type<'a> {
    /// Height in CSS pixels.
    pub(super) size: f64,
    pub(super) colour: &'a str,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
}

impl Type<'_> {
    /// Plain text of the figure.
    pub(super) const PLAIN: Self = Self { size: 11.0, colour: INK, bold: false, anchor: Anchor::Start };
    /// Tick labels and side remarks.
    pub(super) const SMALL: Self = Self { size: 10.0, colour: QUIET, ..Self::PLAIN };
    /// Names of panels.
    pub(super) const HEAD: Self = Self { size: 12.0, bold: true, ..Self::PLAIN };
    /// The title of the figure.
    pub(super) const TITLE: Self = Self { size: 15.0, bold: true, ..Self::PLAIN };

    pub(super) const fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

impl<'a> Type<'a> {
    pub(super) const fn in_colour(self, colour: &'a str) -> Self {
        Self { size: self.size, colour, bold: self.bold, anchor: self.anchor }
    }
}

/// A line: colour, width in CSS pixels, and dashes in the form of `stroke-dasharray`, empty for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke<'a> {
    pub(super) colour: &'a str,
    pub(super) width: f64,
    pub(super) dashes: &'a str,
    pub(super) opacity: f64,
}

impl<'a> Stroke<'a> {
    pub(super) const fn new(colour: &'a str, width: f64) -> Self {
        Self { colour, width, dashes: "", opacity: 1.0 }
    }

    pub(super) const fn dashed(self, dashes: &'a str) -> Self {
        Self { dashes, ..self }
    }

    pub(super) const fn faded(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    fn attributes(self) -> String {
        let mut text = format!(r#"stroke="{}" stroke-width="{}""#, self.colour, pixels(self.width));
        if !self.dashes.is_empty() {
            let _ = write!(text, r#" stroke-dasharray="{}""#, self.dashes);
        }
        if self.opacity < 1.0 {
            let _ = write!(text, r#" stroke-opacity="{}""#, pixels(self.opacity));
        }
        text
    }
}

impl Svg {
    pub(super) fn new(width: f64) -> Self {
        Self { width, body: String::new() }
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke<'_>) {
        let _ = writeln!(
            self.body,
            r#"<line x1="{}" y1="{}" x2="{}" y2="{}" {}/>"#,
            pixels(from.0),
            pixels(from.1),
            pixels(to.0),
            pixels(to.1),
            stroke.attributes()
        );
    }

    pub(super) fn polyline(&mut self, points: &[(f64, f64)], stroke: Stroke<'_>) {
        let _ = writeln!(
            self.body,
            r#"<polyline points="{}" fill="none" stroke-linejoin="round" stroke-linecap="round" {}/>"#,
            coordinates(points),
            stroke.attributes()
        );
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], fill: &str, opacity: f64) {
        let opacity = pixels(opacity);
        let points = coordinates(points);
        let _ = writeln!(self.body, r#"<polygon points="{points}" fill="{fill}" fill-opacity="{opacity}"/>"#);
    }

    pub(super) fn rect(&mut self, corner: (f64, f64), size: (f64, f64), fill: &str) {
        let _ = writeln!(
            self.body,
            r#"<rect x="{}" y="{}" width="{}" height="{}" fill="{fill}"/>"#,
            pixels(corner.0),
            pixels(corner.1),
            pixels(size.0.max(0.0)),
            pixels(size.1.max(0.0))
        );
    }

    /// A disc, or with `censored` an upward triangle of about the same area: the value is a lower bound.
    pub(super) fn mark(&mut self, centre: (f64, f64), radius: f64, censored: bool, fill: &str, stroke: Stroke<'_>) {
        let stroke = stroke.attributes();
        if censored {
            let (x, y, r) = (centre.0, centre.1, radius * 1.35);
            let points = coordinates(&[(x, y - r), (x + 0.9 * r, y + 0.65 * r), (x - 0.9 * r, y + 0.65 * r)]);
            let _ = writeln!(self.body, r#"<polygon points="{points}" fill="{fill}" stroke-linejoin="round" {stroke}/>"#);
        } else {
            let (x, y, r) = (pixels(centre.0), pixels(centre.1), pixels(radius));
            let _ = writeln!(self.body, r#"<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" {stroke}/>"#);
        }
    }

    pub(super) fn text(&mut self, at: (f64, f64), text: &str, kind: Type<'_>) {
        let (x, y) = (pixels(at.0), pixels(at.1));
        let _ = writeln!(self.body, r#"<text x="{x}" y="{y}" {}>{}</text>"#, type_attributes(kind), escape(text));
    }

    /// Text with a white rim, for places where it may lie over lines.
    pub(super) fn text_over(&mut self, at: (f64, f64), text: &str, kind: Type<'_>) {
        let (x, y, text) = (pixels(at.0), pixels(at.1), escape(text));
        let attributes = type_attributes(kind);
        let rim = r##"stroke="#ffffff" stroke-width="3" stroke-linejoin="round""##;
        let _ = writeln!(self.body, r#"<text x="{x}" y="{y}" {attributes} {rim} aria-hidden="true">{text}</text>"#);
        let _ = writeln!(self.body, r#"<text x="{x}" y="{y}" {attributes}>{text}</text>"#);
    }

    /// Text that reads upwards, centred on its point: the label of a vertical axis.
    pub(super) fn text_upwards(&mut self, at: (f64, f64), text: &str, kind: Type<'_>) {
        let (x, y) = (pixels(at.0), pixels(at.1));
        let attributes = type_attributes(kind.at(Anchor::Middle));
        let text = escape(text);
        let _ = writeln!(self.body, r#"<text transform="translate({x} {y}) rotate(-90)" {attributes}>{text}</text>"#);
    }

    /// Samples with their words, in rows from the left; returns the lower edge of the last row.
    pub(super) fn legend(&mut self, corner: (f64, f64), items: &[LegendItem<'_>]) -> f64 {
        const SAMPLE: f64 = 24.0;
        const ROW: f64 = 17.0;
        let (left, mut y) = corner;
        let mut x = left;
        for (draw, words) in items {
            let width = SAMPLE + 6.0 + text_width(words, Type::PLAIN.size, false) + 18.0;
            if x > left && x + width > self.width {
                (x, y) = (left, y + ROW);
            }
            draw(self, (x, y + ROW / 2.0), SAMPLE);
            self.text((x + SAMPLE + 6.0, y + ROW / 2.0 + 4.0), words, Type::PLAIN);
            x += width;
        }
        if items.is_empty() { y } else { y + ROW }
    }

    /// The document, white behind. Readers who cannot see it hear the title and the description.
    pub(super) fn finish(self, height: f64, title: &str, description: &str) -> String {
        let (width, height) = (pixels(self.width), pixels(height.ceil()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-label=\"{}. {}\" font-family=\"{FONT}\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            escape(title),
            escape(description),
            self.body
        )
    }
}

/// How to draw the sample of a legend (left middle point, width), and what it means.
pub(super) type LegendItem<'a> = (&'a dyn Fn(&mut Svg, (f64, f64), f64), &'a str);

fn type_attributes(kind: Type<'_>) -> String {
    let anchor = match kind.anchor {
        Anchor::Start => "",
        Anchor::Middle => r#" text-anchor="middle""#,
        Anchor::End => r#" text-anchor="end""#,
    };
    let weight = if kind.bold { r#" font-weight="700""# } else { "" };
    format!(r#"font-size="{}" fill="{}"{weight}{anchor}"#, pixels(kind.size), kind.colour)
}

fn coordinates(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", pixels(*x), pixels(*y))).collect::<Vec<_>>().join(" ")
}

/// A coordinate to a hundredth of a pixel, without trailing zeros; never NaN or infinite.
fn pixels(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as XML, without characters that XML forbids.
fn escape(text: &str) -> String {
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

    #[test]
    fn text_is_escaped_and_stripped_of_controls() {
        assert_eq!(escape("a<b & \"c\">\u{1b}[0m"), "a&lt;b &amp; &quot;c&quot;&gt; [0m");
    }

    #[test]
    fn coordinates_are_short_and_finite() {
        assert_eq!([1.0, 2.345, -0.001, f64::NAN, f64::INFINITY].map(pixels), ["1", "2.35", "0", "0", "0"]);
    }
}
