//! Pictures of answers, as PNG files.

use std::io::{self, Cursor};
use std::path::Path;

use image::{ImageFormat, RgbImage};

use crate::files::write_atomically;

/// How a count becomes a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// The tutorial's arithmetic: greys that start over at every 32nd count, tinted by how often they have.
    Tutorial,
    /// Matplotlib's magma over the logarithm of the count: the longer a point holds out, the brighter it is.
    Perceptual,
}

/// Draws counts, one pixel for each, row by row from the top. `counts` holds `width` times `height` of them; `max_iterations` sets
/// the brightness of the perceptual palette.
///
/// A count of 0 is black in both palettes. It stands for a point that never escaped and also for one that escaped at once, which
/// the count alone does not tell apart; the latter lie far outside, where the perceptual palette is almost black anyway.
///
/// The tutorial (Ian Ozsvald, *High Performance Python*, end of chapters 7 and 21) hands its rows to the imaging library with the
/// orientation -1, which turns the picture upside down. Here the first row is the top one, where the imaginary part is largest. The
/// set is its own mirror image and the last row of points lies one step short of the mirrored first, so that the tutorial's picture
/// is ours, one row further down.
///
/// # Panics
/// When `counts` has another length, or an image cannot have that many pixels.
pub fn mandelbrot(counts: &[u32], width: usize, height: usize, max_iterations: u32, palette: Palette) -> RgbImage {
    let pixels: Vec<u8> = match palette {
        Palette::Tutorial => counts.iter().flat_map(|&count| tutorial(count)).collect(),
        Palette::Perceptual => counts.iter().flat_map(|&count| perceptual(count, max_iterations)).collect(),
    };
    assert_eq!(width.checked_mul(height), Some(counts.len()), "one count is needed for each pixel");
    let side = |length: usize| u32::try_from(length).expect("a side of an image has at most 2^32 - 1 pixels");
    RgbImage::from_vec(side(width), side(height), pixels).expect("three bytes were made for each pixel")
}

/// `output = (output + (256*output) + (256**2)*output) * 8`, its bytes then read as "RGBX": red is the lowest byte of the integer,
/// green the next, blue the third, and the highest is thrown away. (The integers have 32 bits, as they had on the tutorial's machine;
/// of 64 bits, every second pixel would be the empty upper half of the one before.)
///
/// That is the count times 0x080808. Up to a count of 31 the three bytes are 8 times the count: a grey. From 32 on each byte
/// overflows into the next, so that red has lost what green and blue were given. From 8161 on the whole integer overflows its 32
/// bits, which no pixel shows: the overflow is lost above the byte that is thrown away.
fn tutorial(count: u32) -> [u8; 3] {
    let output =
        count.wrapping_add(count.wrapping_mul(256)).wrapping_add(count.wrapping_mul(256 * 256)).wrapping_mul(8);
    let [red, green, blue, _] = output.to_le_bytes();
    [red, green, blue]
}

/// Every 15th colour of matplotlib's magma (Nathaniel Smith and Stéfan van der Walt, CC0), from 0 to 255. Equal steps along it look
/// equally large. Between its colours a straight line is within 3 of 255 of the original.
const MAGMA: [[u8; 3]; 18] = [
    [0, 0, 4],
    [9, 7, 32],
    [26, 16, 66],
    [49, 17, 101],
    [74, 16, 121],
    [98, 25, 128],
    [121, 34, 130],
    [145, 43, 129],
    [170, 51, 125],
    [194, 59, 117],
    [217, 70, 107],
    [236, 88, 96],
    [247, 114, 92],
    [252, 142, 100],
    [254, 170, 116],
    [254, 198, 138],
    [253, 226, 163],
    [252, 253, 191],
];

/// Full brightness is reached at two thirds of the way to `max_iterations`, logarithms taken: at 100 of 1000. Only about one
/// escaping point in a hundred holds out longer, and without them the fine threads at the border would be dim.
fn perceptual(count: u32, max_iterations: u32) -> [u8; 3] {
    if count == 0 {
        return [0; 3];
    }
    let logarithm = |count: u32| f64::from(count).ln_1p();
    let brightness = (1.5 * logarithm(count) / logarithm(max_iterations)).min(1.0);
    let place = brightness * (MAGMA.len() - 1) as f64;
    let index = (place as usize).min(MAGMA.len() - 2);
    let between = |channel: usize| {
        let (below, above) = (f64::from(MAGMA[index][channel]), f64::from(MAGMA[index + 1][channel]));
        (below + (above - below) * (place - index as f64)).round() as u8
    };
    [between(0), between(1), between(2)]
}

/// Writes a picture as a PNG file, whole or not at all.
///
/// # Errors
/// When the file cannot be written: the message names the path.
pub fn save(image: &RgbImage, path: &Path) -> io::Result<()> {
    let mut png = Cursor::new(Vec::new());
    image
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|error| io::Error::other(format!("cannot write {}: {error}", path.display())))?;
    write_atomically(path, png.get_ref())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use image::Rgb;

    use super::*;

    #[test]
    fn the_tutorials_colours_are_those_worked_out_by_hand() {
        assert_eq!(tutorial(0), [0, 0, 0]);
        assert_eq!(tutorial(1), [8, 8, 8]);
        assert_eq!(tutorial(31), [248, 248, 248]);
        // 32 * 0x080808 = 0x01010100: red starts over, green and blue have the carry.
        assert_eq!(tutorial(32), [0x00, 0x01, 0x01]);
        // 1000 * 0x080808 = 0x1F5F5F40.
        assert_eq!(tutorial(1000), [0x40, 0x5F, 0x5F]);
        // 8160 * 0x080808 = 0xFFFFFF00 still fits into 32 bits; 8161 * 0x080808 = 0x1_00080708 does not.
        assert_eq!(tutorial(8160), [0x00, 0xFF, 0xFF]);
        assert_eq!(tutorial(8161), [0x08, 0x07, 0x08]);
        // -1 * 0x080808 = 0xFFF7F7F8.
        assert_eq!(tutorial(u32::MAX), [0xF8, 0xF7, 0xF7]);
    }

    #[test]
    fn the_perceptual_colours_run_from_black_to_the_brightest() {
        assert_eq!(perceptual(0, 1000), [0, 0, 0]);
        assert_eq!(perceptual(99, 999), MAGMA[17]);
        assert_eq!(perceptual(999, 999), MAGMA[17]);
        assert_eq!(perceptual(u32::MAX, 1), MAGMA[17]);
        assert_eq!(perceptual(9, 999), [182, 55, 121], "halfway between the two colours in the middle");
        let light = |count| perceptual(count, 1000).into_iter().map(u32::from).sum::<u32>();
        assert!((1..100).all(|count| light(count) <= light(count + 1)));
    }

    #[test]
    fn the_first_count_is_the_pixel_at_the_top_left() {
        let image = mandelbrot(&[1, 2, 3, 4, 5, 6], 3, 2, 10, Palette::Tutorial);
        assert_eq!(image.dimensions(), (3, 2));
        assert_eq!(image.get_pixel(0, 0), &Rgb([8; 3]));
        assert_eq!(image.get_pixel(2, 0), &Rgb([24; 3]));
        assert_eq!(image.get_pixel(0, 1), &Rgb([32; 3]));
    }

    #[test]
    #[should_panic(expected = "one count is needed for each pixel")]
    fn a_missing_count_is_refused() {
        mandelbrot(&[1, 2, 3], 2, 2, 10, Palette::Perceptual);
    }

    #[test]
    fn a_saved_picture_has_the_same_pixels_when_read() {
        let counts: Vec<u32> = (0..33 * 7).collect();
        let folder = tempfile::tempdir().unwrap();
        for (palette, name) in [(Palette::Tutorial, "tutorial.png"), (Palette::Perceptual, "perceptual.png")] {
            let image = mandelbrot(&counts, 33, 7, 100, palette);
            let path = folder.path().join(name);
            save(&image, &path).unwrap();
            assert_eq!(image::open(&path).unwrap().into_rgb8(), image);
        }
    }

    #[test]
    fn a_picture_below_a_regular_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "kept").unwrap();
        let path = file.join("picture.png");
        let message = save(&RgbImage::new(1, 1), &path).unwrap_err().to_string();
        assert!(message.contains(&path.display().to_string()), "{message}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
