//! Reads single values; each reader says what would have been right.

use super::{InvalidSetting, Padding, Variable};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads variables from an environment.
pub(super) struct Reader<'a> {
    environment: Environment<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: Environment<'a>) -> Self {
        Self { environment }
    }

    /// Whether the variable is set to something.
    pub(super) fn is_set(&self, variable: Variable) -> bool {
        self.given(variable).is_some()
    }

    /// What the variable is set to, if it is.
    pub(super) fn given(&self, variable: Variable) -> Option<String> {
        (self.environment)(variable.name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The variable's text, or its default.
    pub(super) fn text(&self, variable: Variable) -> String {
        self.given(variable).unwrap_or_else(|| variable.default.to_owned())
    }

    /// The variable's meaning, or its default's.
    pub(super) fn get<T>(
        &self,
        variable: Variable,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, InvalidSetting> {
        self.value(variable, &self.text(variable), parse)
    }

    /// The variable's meaning, if it is set.
    pub(super) fn optional<T>(
        &self,
        variable: Variable,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, InvalidSetting> {
        self.given(variable).map(|text| self.value(variable, &text, parse)).transpose()
    }

    /// The meaning of a value that is given in place of the variable.
    pub(super) fn value<T>(
        &self,
        variable: Variable,
        value: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, InvalidSetting> {
        parse(value).map_err(|expected| InvalidSetting { name: variable.name, value: value.to_owned(), expected })
    }
}

pub(super) fn optional_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:3000 or [::]:3000".into())
}

/// Times are added to the present; what is longer than this is a slip of the keyboard.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|_| "must be a duration, such as 500ms, 90s or 5min")?;
    if duration.is_zero() || duration > LONGEST {
        return Err("must be longer than nothing and at most a year".into());
    }
    Ok(duration)
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "must be a whole number of at least 1".into())
}

/// How many times something is tried again; more would be a hammer.
pub(super) fn retries(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count <= 10).ok_or_else(|| "must be a whole number from 0 to 10".into())
}

pub(super) fn count_or_off(text: &str) -> Result<Option<u32>, String> {
    if text == "off" {
        return Ok(None);
    }
    let count = text.parse().ok().filter(|count| *count > 0);
    count.map(Some).ok_or_else(|| "must be a whole number of at least 1, or off".into())
}

pub(super) fn size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let factor = match text[digits.len()..].trim() {
        "" | "B" => Some(1),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        _ => None,
    };
    let bytes = digits.parse::<usize>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| "must be a size in bytes, such as 65536, 64KiB or 16MiB".into())
}

/// What can also be `off`.
pub(super) fn or_off<T>(parse: impl Fn(&str) -> Result<T, String>) -> impl Fn(&str) -> Result<Option<T>, String> {
    move |text| if text == "off" { Ok(None) } else { parse(text).map(Some) }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" | "1" => Ok(true),
        "off" | "false" | "0" => Ok(false),
        _ => Err("must be on or off".into()),
    }
}

pub(super) fn padding(text: &str) -> Result<Padding, String> {
    match text {
        "auto" => Ok(Padding::Auto),
        _ => switch(text)
            .map(|on| if on { Padding::On } else { Padding::Off })
            .map_err(|_| "must be on, off or auto".into()),
    }
}

/// The file of a database: the one in the data folder where no address is given.
pub(super) fn database(url: &str, data: &str) -> Result<PathBuf, String> {
    if url.is_empty() {
        return Ok(Path::new(data).join("rivulet.db"));
    }
    let path = url.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest));
    let path = path.map(|path| path.split_once('?').map_or(path, |(path, _)| path)).filter(|path| !path.is_empty());
    path.map(PathBuf::from)
        .ok_or_else(|| "must be the address of a SQLite file, such as sqlite:/var/lib/rivulet/rivulet.db".into())
}

pub(super) fn url(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.map(|_| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| "must be an address that begins with http:// or https://".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_or_explained() {
        assert_eq!(size("64KiB"), Ok(65536));
        assert_eq!(size("12"), Ok(12));
        assert!(size("64 apples").is_err() && size("").is_err() && size("99999999999GiB").is_err());
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert!(duration("0s").is_err() && duration("soon").is_err());
        assert_eq!(switch("off"), Ok(false));
        assert!(count("0").unwrap_err().contains("at least 1"));
        assert_eq!(url("http://localhost:1/v1/"), Ok("http://localhost:1/v1".into()));
        assert!(url("localhost:1").is_err());
    }
}
