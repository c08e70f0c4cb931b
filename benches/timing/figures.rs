//! Statistics of a few thousand times.

/// Times without the slowest twentieth.
pub(crate) struct Figures {
    pub(crate) median: f64,
    mean: f64,
    variance: f64,
    count: f64,
}

impl Figures {
    pub(crate) fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        times.truncate(times.len() - times.len() / 20);
        let count = f64::from(u32::try_from(times.len()).unwrap());
        let mean = times.iter().sum::<f64>() / count;
        let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
        Self { median, mean, variance, count }
    }

    /// Welch's t of another sample against this one.
    pub(crate) fn welch(&self, other: &Self) -> f64 {
        (other.mean - self.mean) / (self.variance / self.count + other.variance / other.count).sqrt()
    }
}
