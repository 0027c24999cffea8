//! Whether two rows of times differ, by their ranks: the Mann-Whitney test, which asks nothing of how they are distributed.

/// How likely two rows would differ by at least this much if nothing but chance told them apart: p, two-sided, by the normal
/// approximation, which is good from some twenty of each. Equal values share their ranks; their correction of the variance is left
/// out, which can only make p larger.
pub fn unlikelihood<T: Ord + Copy>(ones: &[T], others: &[T]) -> f64 {
    let of_ones = ones.iter().map(|value| (*value, true));
    let mut all: Vec<(T, bool)> = of_ones.chain(others.iter().map(|value| (*value, false))).collect();
    all.sort_unstable();
    let (mut sum, mut before) = (0.0, 0_usize);
    for equals in all.chunk_by(|one, other| one.0 == other.0) {
        let rank = before as f64 + (equals.len() as f64 + 1.0) / 2.0;
        sum += rank * equals.iter().filter(|(_, is_one)| *is_one).count() as f64;
        before += equals.len();
    }
    let (n, m) = (ones.len() as f64, others.len() as f64);
    let u = sum - n * (n + 1.0) / 2.0;
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    let z = ((u - n * m / 2.0).abs() - 0.5).max(0.0) / deviation;
    both_tails(z)
}

/// How much of the normal distribution is beyond `z` on both sides (Abramowitz and Stegun 7.1.26, exact to 2e-7).
fn both_tails(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    let sum = series.into_iter().fold(0.0, |sum, factor| sum * t + factor);
    (sum * t * (-x * x).exp()).clamp(0.0, 1.0)
}
