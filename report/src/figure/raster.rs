//! SVG to PNG in the font of this package, never in a font of the machine.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::error::ReportError;

/// Device pixels per CSS pixel.
const SCALE: f32 = 2.0;

/// An SVG document as PNG bytes, two device pixels to the CSS pixel, all text in Noto Sans.
///
/// `figure` is its name in messages.
///
/// # Errors
/// [`ReportError::ReadSvg`] where `svg` is not an SVG document; [`ReportError::WritePng`] where its picture would be too large.
pub fn png(figure: &str, svg: &str) -> Result<Vec<u8>, ReportError> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
    fonts.load_font_data(notosans::BOLD_TTF.to_vec());
    fonts.set_sans_serif_family("Noto Sans");
    let options = Options { font_family: "Noto Sans".to_owned(), fontdb: Arc::new(fonts), ..Options::default() };
    let tree =
        Tree::from_str(svg, &options).map_err(|source| ReportError::ReadSvg { figure: figure.to_owned(), source: Box::new(source) })?;
    let failed = |reason: String| ReportError::WritePng { figure: figure.to_owned(), reason };
    let size = tree.size();
    let (width, height) = ((size.width() * SCALE).ceil() as u32, (size.height() * SCALE).ceil() as u32);
    let mut picture = Pixmap::new(width, height).ok_or_else(|| failed(format!("{width} by {height} pixels are too many")))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    picture.encode_png().map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_picture_of_twice_its_size() {
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><text x="2" y="15">a</text></svg>"#;
        let picture = Pixmap::decode_png(&png("letter", svg).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (60, 40));
        assert!(picture.pixels().iter().any(|pixel| pixel.alpha() > 0), "the letter left no mark");
    }

    #[test]
    fn what_is_no_svg_is_refused_by_name() {
        let refused = png("letter", "<svg").unwrap_err().to_string();
        assert!(refused.contains("letter"), "{refused}");
    }
}
