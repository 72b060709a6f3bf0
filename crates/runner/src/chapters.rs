//! The chapters: what they are called, where their steps are, and the smallest sizes at which they show their lesson.

/// A chapter of the course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChapterInfo {
    /// Its number.
    pub number: u32,
    /// Its title; of a chapter that is not written yet, what it will be about.
    pub title: &'static str,
    /// The crate that it teaches; `None` if it is not written yet.
    pub package: Option<&'static str>,
    /// The modules that hold its steps, and everything below them.
    pub modules: &'static [&'static str],
    /// By problem, the sizes that show its lesson: at fewer elements and less work than these a time is that of something else.
    pub teaches_from: &'static [(&'static str, Sizes)],
}

/// Sizes by name, as a problem states them.
pub type Sizes = &'static [(&'static str, u64)];

const PICTURE: Sizes = &[("width", 250), ("height", 250), ("max_iterations", 1000)];
const SMALL_PICTURE: Sizes = &[("width", 200), ("height", 200), ("max_iterations", 500)];
const MATRIX: Sizes = &[("rows", 1000), ("cols", 1000)];
const PARTICLES: Sizes = &[("particles", 1000), ("steps", 1000)];
const MANY_PARTICLES: Sizes = &[("particles", 1000), ("steps", 4000)];
const POINTS: Sizes = &[("points", 500)];
const MANY_POINTS: Sizes = &[("points", 1000)];
const DARTS: Sizes = &[("chunks", 10), ("samples", 10_000)];
const MANY_DARTS: Sizes = &[("chunks", 10), ("samples", 100_000)];

/// On one core.
const ALONE: &[(&str, Sizes)] = &[
    ("mandelbrot", SMALL_PICTURE),
    ("expression", MATRIX),
    ("particles", PARTICLES),
    ("distance", POINTS),
    ("pi", DARTS),
];

/// On several: starting and meeting must take little of the time.
const TOGETHER: &[(&str, Sizes)] = &[
    ("mandelbrot", PICTURE),
    ("expression", MATRIX),
    ("particles", MANY_PARTICLES),
    ("distance", MANY_POINTS),
    ("pi", MANY_DARTS),
];

/// All chapters, in order.
///
/// The smallest sizes were found by measuring, on two cores that other programs used too: the two steps of each lesson of chapters 1
/// and 8 raced five times at sizes that were halved again and again. On one core no race at these sizes or above denied its lesson, and
/// the ratio was that of the chapter's own size; of an expression of 125 x 125 every race denied it. With threads the picture and the
/// expression are the smallest at which no race denied the lesson; points and darts are as many as the chapters show beside other
/// problems, for which the recorded results prove it. The other chapters take the sizes of their kind.
pub const CHAPTERS: [ChapterInfo; 12] = [
    chapter(1, "Scalar kernels", "kernels", &["kernels"], ALONE),
    chapter(2, "Profiling: functions, lines, memory", "profiling", &[], ALONE),
    chapter(3, "Machine code", "profiling", &[], ALONE),
    chapter(4, "The price of a dynamic language", "interpreted", &["interpreted"], ALONE),
    chapter(5, "Whole arrays", "vectorised", &["vectorised::arrays"], ALONE),
    chapter(6, "Blocks and an expression compiler", "vectorised", &["vectorised::blocks"], TOGETHER),
    chapter(7, "SIMD", "vectorised", &["vectorised::simd", "vectorised::combined"], ALONE),
    chapter(8, "Threads", "threaded", &["threaded"], TOGETHER),
    chapter(9, "Processes", "multiprocess", &["multiprocess"], TOGETHER),
    chapter(10, "More machines", "cluster", &["cluster"], TOGETHER),
    chapter(11, "Graphics cards", "gpu", &["gpu"], TOGETHER),
    ChapterInfo { number: 12, title: "Everything together", package: None, modules: &[], teaches_from: ALONE },
];

const fn chapter(
    number: u32,
    title: &'static str,
    package: &'static str,
    modules: &'static [&'static str],
    teaches_from: &'static [(&'static str, Sizes)],
) -> ChapterInfo {
    ChapterInfo { number, title, package: Some(package), modules, teaches_from }
}

impl ChapterInfo {
    /// The chapter with this number.
    pub fn numbered(number: u32) -> Option<&'static Self> {
        CHAPTERS.iter().find(|chapter| chapter.number == number)
    }

    /// The chapter that teaches the steps of a module: `vectorised::simd::pi`.
    pub fn of_module(module: &str) -> Option<&'static Self> {
        CHAPTERS.iter().find(|chapter| chapter.has(module))
    }

    fn has(&self, module: &str) -> bool {
        let below = |of: &str| module.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        self.modules.iter().any(|of| below(of))
    }

    /// What is said of a problem whose sizes are too small to show the lesson of this chapter; `None` if they are not.
    ///
    /// ```
    /// use runner::ChapterInfo;
    ///
    /// let first = ChapterInfo::numbered(1).unwrap();
    /// let said = first.too_small("pi", [("chunks", 3), ("samples", 1001)]).unwrap();
    /// assert_eq!(said, "too small to show a speedup: pi needs chunks 10, samples 10000, or as much work");
    /// assert_eq!(first.too_small("pi", [("chunks", 1), ("samples", 100_000)]), None);
    /// ```
    pub fn too_small<'a>(&self, problem: &str, sizes: impl IntoIterator<Item = (&'a str, u64)>) -> Option<String> {
        let (_, needed) = self.teaches_from.iter().find(|(name, _)| *name == problem)?;
        let least: u128 = needed.iter().map(|(_, size)| u128::from(*size)).product();
        let found = sizes.into_iter().map(|(_, size)| u128::from(size)).fold(1_u128, u128::saturating_mul);
        let needed: Vec<_> = needed.iter().map(|(name, size)| format!("{name} {size}")).collect();
        let needed = needed.join(", ");
        (found < least).then(|| format!("too small to show a speedup: {problem} needs {needed}, or as much work"))
    }

    /// The command that runs the chapter.
    pub fn command(&self) -> String {
        format!("cargo run --example chapter{}", self.number)
    }

    /// What is said of a chapter that is not written yet, with those that are; `None` of one that is.
    pub fn not_written(&self) -> Option<String> {
        let written: Vec<_> = CHAPTERS.iter().filter(|chapter| chapter.package.is_some()).collect();
        let (first, last) = (written.first()?.number, written.last()?.number);
        let title = self.title.to_lowercase();
        let said = format!("chapter {} ({title}) is not written yet; there are {first} to {last}", self.number);
        self.package.is_none().then_some(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_belongs_to_the_chapter_that_teaches_it() {
        let number = |module| ChapterInfo::of_module(module).map(|chapter| chapter.number);
        assert_eq!(number("kernels::mandelbrot"), Some(1));
        assert_eq!(number("vectorised::simd::mandelbrot"), Some(7));
        assert_eq!(number("vectorised::simdlike"), None);
        assert_eq!(number("elsewhere"), None);
        assert!((1..).zip(&CHAPTERS).all(|(number, chapter)| chapter.number == number));
    }

    #[test]
    fn work_counts_and_not_its_shape() {
        let threads = ChapterInfo::numbered(8).unwrap();
        let picture = |width, height, max_iterations| {
            let sizes = [("width", width), ("height", height), ("max_iterations", max_iterations)];
            threads.too_small("mandelbrot", sizes)
        };
        assert_eq!(picture(250, 250, 1000), None);
        assert_eq!(picture(1000, 100, 1000), None);
        let said = picture(100, 100, 300).unwrap();
        assert!(said.contains("needs width 250, height 250, max_iterations 1000"), "{said}");
        assert_eq!(picture(u64::MAX, u64::MAX, u64::MAX), None);
        assert_eq!(threads.too_small("unknown", [("n", 1)]), None);
    }

    #[test]
    fn a_chapter_that_is_to_come_says_so() {
        let said = ChapterInfo::numbered(12).unwrap().not_written().unwrap();
        assert_eq!(said, "chapter 12 (everything together) is not written yet; there are 1 to 11");
        assert_eq!(ChapterInfo::numbered(4).unwrap().not_written(), None);
        assert_eq!(ChapterInfo::numbered(13), None);
    }
}
