//! Names that are no settings, and which setting was meant.

use strsim::{jaro_winkler, osa_distance};

use super::Config;
use super::load::AS_FILE;

/// How alike the name of a setting must be to be proposed, of 1. A proposal costs little when it is wrong.
const ALIKE: f64 = 0.8;

/// The setting whose name is most like `key`, when one is like it or holds it.
pub(super) fn nearest(key: &str) -> Option<&'static str> {
    let key = key.to_lowercase().replace('-', "_");
    let holds = |name: &&str| if key.len() > 3 && name.contains(&key) { 1.0 } else { 0.0 };
    let alike = |name: &&str| holds(name) + jaro_winkler(&key, name);
    let best = Config::NAMES.into_iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    best.filter(|name| alike(name) > ALIKE)
}

/// The setting that a variable, without its prefix and in lower case, misspells; `None` when it is a setting, or somebody
/// else's. A wrong warning would be there at every start, so only a slip of the hand counts, or an ending too many.
pub(super) fn misspelt(variable: &str) -> Option<&'static str> {
    let as_file = variable.strip_suffix("_file");
    if Config::NAMES.contains(&variable) || as_file.is_some_and(|name| AS_FILE.contains(&name)) {
        return None;
    }
    let slip = |name: &&str| {
        let allowed = if name.len() > 6 { 2 } else { 1 };
        as_file == Some(*name) || osa_distance(variable, name) <= allowed
    };
    let squeezed = |text: &str| text.replace('_', "");
    Config::NAMES.into_iter().find(|name| slip(name) || squeezed(name) == squeezed(variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_that_was_meant_is_found() {
        for (key, meant) in [
            ("api_rate_limits", Some("api_rate_limit")),
            ("rate_limit", Some("api_rate_limit")),
            ("data-dir", Some("data_dir")),
            ("data_directory", Some("data_dir")),
            ("PublicUrl", Some("public_url")),
            ("colour", None),
        ] {
            assert_eq!(nearest(key), meant, "{key}");
        }
    }

    #[test]
    fn a_variable_is_misspelt_by_a_slip_and_not_by_being_of_somebody_else() {
        for (variable, meant) in [
            ("public_ulr", Some("public_url")),
            ("publicurl", Some("public_url")),
            ("api_rate_limits", Some("api_rate_limit")),
            ("listn", Some("listen")),
            ("trusted_proxies", None),
            ("token_issuer_file", Some("token_issuer")),
            ("database_url_file", None),
            ("public_url", None),
        ] {
            assert_eq!(misspelt(variable), meant, "{variable}");
        }
    }
}
