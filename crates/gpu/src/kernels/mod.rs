//! The kernels that are written by hand. Each is one text for both precisions: `alias real = f64;` or `alias real = f32;` is put in front.

/// The tutorial's kernel: a point for each invocation, a test for each iteration.
pub(crate) const MANDELBROT: &str = include_str!("mandelbrot.wgsl");
/// One way out of the loop.
pub(crate) const MANDELBROT_ONE_EXIT: &str = include_str!("mandelbrot_one_exit.wgsl");
/// The escape is tested once a block.
pub(crate) const MANDELBROT_BLOCKS: &str = include_str!("mandelbrot_blocks.wgsl");
/// Four points for each invocation, beside each other.
pub(crate) const MANDELBROT_SEVERAL: &str = include_str!("mandelbrot_several.wgsl");
/// Four points for each invocation, below each other.
pub(crate) const MANDELBROT_TILES: &str = include_str!("mandelbrot_tiles.wgsl");
/// An invocation takes its next points without waiting for its neighbours.
pub(crate) const MANDELBROT_REFILLED: &str = include_str!("mandelbrot_refilled.wgsl");
/// Twice the product and qy in one instruction.
pub(crate) const MANDELBROT_FUSED: &str = include_str!("mandelbrot_fused.wgsl");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use naga::valid::{Capabilities, ValidationFlags, Validator};

    use super::*;
    use crate::drivers::wgpu::shader::guards::guard;
    use crate::drivers::wgpu::shader::no_contraction::forbid_contraction;

    const ALL: [(&str, &str); 7] = [
        ("mandelbrot", MANDELBROT),
        ("mandelbrot_one_exit", MANDELBROT_ONE_EXIT),
        ("mandelbrot_blocks", MANDELBROT_BLOCKS),
        ("mandelbrot_several", MANDELBROT_SEVERAL),
        ("mandelbrot_tiles", MANDELBROT_TILES),
        ("mandelbrot_fused", MANDELBROT_FUSED),
        ("mandelbrot_refilled", MANDELBROT_REFILLED),
    ];

    #[test]
    fn every_kernel_compiles_in_both_precisions_marked_and_guarded() {
        for (name, text) in ALL {
            for (real, capabilities) in [("f32", Capabilities::empty()), ("f64", Capabilities::FLOAT64)] {
                let text = format!("alias real = {real};\n{text}");
                let module = naga::front::wgsl::parse_str(&text)
                    .unwrap_or_else(|error| panic!("{name}, {real}: {}", error.emit_to_string(&text)));
                let mut validator = Validator::new(ValidationFlags::all(), capabilities);
                let info = validator
                    .validate(&module)
                    .unwrap_or_else(|error| panic!("{name}, {real}: {}", error.emit_to_string(&text)));
                let guarded = guard(&module, &info, 4).unwrap();
                validator.reset();
                let guarded_info =
                    validator.validate(&guarded).unwrap_or_else(|error| panic!("{name}, {real}, guarded: {error:?}"));
                for (module, info) in [(module, info), (guarded, guarded_info)] {
                    let compute = Some((naga::ShaderStage::Compute, "calculate_z"));
                    let (module, info) =
                        naga::back::pipeline_constants::process_overrides(&module, &info, compute, &Default::default())
                            .unwrap_or_else(|error| panic!("{name}, {real}: {error}"));
                    let options = naga::back::spv::Options::default();
                    let spirv = naga::back::spv::write_vec(&module, &info, &options, None).unwrap();
                    assert!(
                        forbid_contraction(&spirv).unwrap().len() > spirv.len(),
                        "{name}, {real}: nothing is marked"
                    );
                }
            }
        }
    }

    /// A step is one idea: what the text of a kernel adds to its neighbour's.
    #[test]
    fn every_kernel_is_one_idea_away_from_the_one_before() {
        let kernel = |text: &'static str| {
            let body = text.split("// ANCHOR: kernel\n").nth(1).expect("the book shows it");
            body.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect::<BTreeSet<_>>()
        };
        let neighbours = [
            (MANDELBROT, MANDELBROT_ONE_EXIT),
            (MANDELBROT_ONE_EXIT, MANDELBROT_BLOCKS),
            (MANDELBROT_BLOCKS, MANDELBROT_SEVERAL),
            (MANDELBROT_SEVERAL, MANDELBROT_TILES),
            (MANDELBROT_TILES, MANDELBROT_FUSED),
            (MANDELBROT_TILES, MANDELBROT_REFILLED),
        ];
        for (before, after) in neighbours {
            let new: Vec<_> = kernel(after).difference(&kernel(before)).copied().collect();
            assert!((1..=30).contains(&new.len()), "{} new lines: {new:#?}", new.len());
        }
    }
}
