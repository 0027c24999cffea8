//! A secret as a picture that an app's camera reads: PNG, black on white, with the quiet zone of ISO/IEC 18004.

use qrcodegen::{QrCode, QrCodeEcc};

/// Pixels of a module.
const SCALE: usize = 6;

/// Modules of the white border.
const BORDER: usize = 4;

/// A text does not fit into a picture, or the picture cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("QR code: {0}")]
pub struct NoPicture(String);

/// Draws `text`.
///
/// # Errors
/// [`NoPicture`].
pub fn png_of(text: &str) -> Result<Vec<u8>, NoPicture> {
    let wrong = |error: &dyn std::fmt::Display| NoPicture(error.to_string());
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|error| wrong(&error))?;
    let modules = usize::try_from(code.size()).map_err(|error| wrong(&error))?;
    let side = (modules + 2 * BORDER) * SCALE;
    let mut pixels = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            pixels.push(if is_dark(&code, x, y) { 0 } else { 0xff });
        }
    }
    let edge = u32::try_from(side).map_err(|error| wrong(&error))?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, edge, edge);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|error| wrong(&error))?;
    writer.write_image_data(&pixels).map_err(|error| wrong(&error))?;
    writer.finish().map_err(|error| wrong(&error))?;
    Ok(bytes)
}

/// Whether the pixel belongs to a dark module; outside of the code there are none.
fn is_dark(code: &QrCode, x: usize, y: usize) -> bool {
    let module = |pixel: usize| i32::try_from(pixel / SCALE).unwrap_or(i32::MAX) - BORDER as i32;
    code.get_module(module(x), module(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_border_and_its_finder_patterns() {
        let bytes = png_of("otpauth://totp/Countersign:ada@example.com?secret=GEZDGNBVGY3TQOJQ").unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let side = info.width as usize;
        assert_eq!(info.width, info.height);
        let module = |x: usize, y: usize| pixels[(y * SCALE + SCALE / 2) * side + x * SCALE + SCALE / 2];
        for at in 0..side / SCALE {
            assert_eq!(module(at, 0), 0xff, "border");
        }
        // A finder pattern: a dark frame of seven, a light one of five, a dark middle of three.
        let row: Vec<u8> = (0..7).map(|x| module(BORDER + x, BORDER + 3)).collect();
        assert_eq!(row, [0, 0xff, 0, 0, 0, 0xff, 0]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(png_of(&"x".repeat(5000)).is_err());
    }
}
