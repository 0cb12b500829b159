//! Text in its place: how wide it is, how to shorten it, and how to keep labels apart.

/// Width of text in CSS pixels, from the advance widths of Noto Sans in four classes of characters.
pub(super) fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    let em: f64 = text.chars().map(advance).sum();
    em * size * if bold { 1.06 } else { 1.0 }
}

fn advance(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '·' => 0.27,
        'f' | 'r' | 't' | 'I' | '(' | ')' | '[' | ']' | '/' | '-' => 0.36,
        'm' | 'w' | 'M' | 'W' | '%' | '—' => 0.88,
        'A'..='Z' => 0.66,
        c if c.is_ascii() => 0.565,
        c if (c as u32) < 0x1100 => 0.58,
        _ => 1.0,
    }
}

/// Text cut at the end to fit a width, with a mark where it was cut.
pub(super) fn shorten(text: &str, size: f64, bold: bool, width: f64) -> String {
    if text_width(text, size, bold) <= width {
        return text.to_owned();
    }
    let mut cut = text.to_owned();
    while !cut.is_empty() && text_width(&cut, size, bold) + size > width {
        cut.pop();
    }
    format!("{}…", cut.trim_end())
}

/// A rectangle on the drawing, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    /// A square around a point.
    pub(super) fn around(centre: (f64, f64), radius: f64) -> Self {
        let ((x, y), r) = (centre, radius);
        Self { left: x - r, top: y - r, right: x + r, bottom: y + r }
    }

    /// Area shared with another, in square pixels.
    pub(super) fn overlap(self, other: Self) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }

    /// The point of the rectangle that is nearest to `point`.
    pub(super) fn nearest(self, point: (f64, f64)) -> (f64, f64) {
        (point.0.clamp(self.left, self.right), point.1.clamp(self.top, self.bottom))
    }

    /// From `point` to the rectangle, 0 inside.
    pub(super) fn distance(self, point: (f64, f64)) -> f64 {
        let nearest = self.nearest(point);
        (nearest.0 - point.0).hypot(nearest.1 - point.1)
    }

    fn outside(self, bounds: Self) -> f64 {
        let own = (self.right - self.left) * (self.bottom - self.top);
        own - self.overlap(bounds)
    }
}

/// A place for each label beside its point: returns the left end of each base line.
///
/// Greedy: each label in turn tries places around its point, near ones first, and takes the one that covers least of labels
/// already placed, of `taken` areas, and of what lies out of `bounds`.
pub(super) fn place_labels(points: &[(f64, f64)], labels: &[String], size: f64, bounds: Area, taken: &[Area]) -> Vec<(f64, f64)> {
    let mut taken = taken.to_vec();
    let mut places = Vec::with_capacity(labels.len());
    for ((x, y), label) in points.iter().zip(labels) {
        let width = text_width(label, size, false);
        let candidates = candidates((*x, *y), width, size);
        let mut best = candidates[0];
        let mut least = f64::INFINITY;
        for (rank, place) in candidates.into_iter().enumerate() {
            let area = label_area(place, width, size);
            let covered: f64 = taken.iter().map(|other| area.overlap(*other)).sum();
            let cost = covered + 4.0 * area.outside(bounds) + rank as f64 * 3.0;
            if cost < least {
                (best, least) = (place, cost);
            }
        }
        taken.push(label_area(best, width, size));
        places.push(best);
    }
    places
}

/// The area of a label whose base line starts at `place`.
pub(super) fn label_area(place: (f64, f64), width: f64, size: f64) -> Area {
    Area { left: place.0 - 1.0, top: place.1 - size * 0.85, right: place.0 + width + 1.0, bottom: place.1 + size * 0.25 }
}

fn candidates(point: (f64, f64), width: f64, size: f64) -> Vec<(f64, f64)> {
    let (x, y) = point;
    let middle = y + size * 0.35;
    let mut places = Vec::new();
    for distance in [10.0, 18.0, 28.0, 40.0] {
        let (above, below) = (y - distance - 2.0, y + distance + size * 0.85);
        places.push((x + distance + 10.0, middle));
        places.push((x - width / 2.0, above));
        places.push((x - width / 2.0, below));
        places.push((x - distance - width, middle));
        for rise in [above, below] {
            places.push((x - 4.0, rise));
            places.push((x + 4.0 - width, rise));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_text_is_cut_to_fit() {
        assert_eq!(shorten("sort", 11.0, false, 100.0), "sort");
        let cut = shorten("digits per operand, least significant first", 11.0, false, 100.0);
        assert!(cut.ends_with('…') && text_width(&cut, 11.0, false) <= 104.0, "{cut}");
    }

    #[test]
    fn labels_of_one_point_do_not_overlap() {
        let bounds = Area { left: 0.0, top: 0.0, right: 400.0, bottom: 300.0 };
        let labels: Vec<String> = ["sort", "copy unique", "count", "mode"].map(str::to_owned).to_vec();
        let places = place_labels(&[(200.0, 150.0); 4], &labels, 11.0, bounds, &[]);
        let areas: Vec<Area> =
            places.iter().zip(&labels).map(|(place, label)| label_area(*place, text_width(label, 11.0, false), 11.0)).collect();
        for (idx, area) in areas.iter().enumerate() {
            assert!(areas[..idx].iter().all(|other| area.overlap(*other) == 0.0), "{places:?}");
        }
    }

    proptest! {
        #[test]
        fn every_label_gets_a_place(points in proptest::collection::vec((0.0f64..400.0, 0.0f64..300.0), 0..15)) {
            let bounds = Area { left: 0.0, top: 0.0, right: 400.0, bottom: 300.0 };
            let labels: Vec<String> = (0..points.len()).map(|idx| format!("task {idx}")).collect();
            prop_assert_eq!(place_labels(&points, &labels, 11.0, bounds, &[]).len(), points.len());
        }
    }
}
