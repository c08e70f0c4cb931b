//! Prometheus' text format, for what is looked up when somebody asks.

use std::fmt::Write;

/// A number and what it is of: names and values of labels.
pub type Sample<'a> = (Vec<(&'static str, &'a str)>, f64);

/// The text of an answer at `/metrics`.
pub struct Exposition(String);

impl Exposition {
    /// Begins with what is counted.
    pub fn after(counted: String) -> Self {
        Self(counted)
    }

    /// A gauge with one number; nothing where that is not known.
    pub fn gauge(&mut self, name: &'static str, help: &'static str, value: impl Into<Option<f64>>) {
        self.gauges(name, help, value.into().map(|value| (Vec::new(), value)));
    }

    /// A gauge with labels; nothing when nothing of it is known.
    pub fn gauges<'a>(
        &mut self,
        name: &'static str,
        help: &'static str,
        samples: impl IntoIterator<Item = Sample<'a>>,
    ) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} gauge"));
        for (labels, value) in samples {
            let labels: Vec<_> =
                labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
            match labels.is_empty() {
                true => self.line(format_args!("{name} {value}")),
                false => self.line(format_args!("{name}{{{}}} {value}", labels.join(","))),
            }
        }
    }

    pub fn into_text(self) -> String {
        self.0
    }

    fn line(&mut self, text: std::fmt::Arguments) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{text}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_there() {
        let mut text = Exposition::after("a 1\n".to_owned());
        text.gauge("b", "One.", None);
        text.gauges("c", "None of it.", []);
        text.gauge("d", "Two.", 2.0);
        assert_eq!(text.into_text(), "a 1\n# HELP d Two.\n# TYPE d gauge\nd 2\n");
    }

    #[test]
    fn values_of_labels_are_quoted() {
        let mut text = Exposition::after(String::new());
        text.gauges("a", "Three.", [(vec![("x", "1"), ("y", "\"\\\n")], 0.5)]);
        assert_eq!(text.into_text(), "# HELP a Three.\n# TYPE a gauge\na{x=\"1\",y=\"\\\"\\\\\\n\"} 0.5\n");
    }
}
