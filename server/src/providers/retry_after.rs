//! How long a provider asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date.

use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The pause that the headers ask for; none where they ask for none, or for nonsense. However long it is, it is told as
/// it stands: whoever waits decides what is too long.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let milliseconds = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()).map(|pause| pause / 1000.0);
    if let Some(pause) = milliseconds.and_then(positive) {
        return Some(pause);
    }
    let text = text(RETRY_AFTER.as_str())?;
    match text.parse::<f64>() {
        Ok(seconds) => positive(seconds),
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(now).ok().filter(|pause| !pause.is_zero()),
    }
}

fn positive(seconds: f64) -> Option<Duration> {
    /// A day: more than this is no hint but a mistake.
    const MOST: f64 = 86_400.0;
    (seconds > 0.0 && seconds <= MOST).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn read(name: &'static str, text: &str) -> Option<f64> {
        // Fri, 29 Sep 2023 16:26:37 GMT
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_696_004_797);
        let value = HeaderValue::from_str(text).unwrap();
        retry_after(&HeaderMap::from_iter([(HeaderName::from_static(name), value)]), now)
            .map(|pause| pause.as_secs_f64())
    }

    #[test]
    fn seconds_milliseconds_and_dates_are_read_and_nonsense_is_not() {
        assert_eq!(read("retry-after", "20"), Some(20.0));
        assert_eq!(read("retry-after", "0.25"), Some(0.25));
        assert_eq!(read("retry-after-ms", "1500"), Some(1.5));
        assert_eq!(read("retry-after", "Fri, 29 Sep 2023 16:26:57 GMT"), Some(20.0));
        let nonsense = [
            "",
            "0",
            "-10",
            "inf",
            "nan",
            "soon",
            "99999999999999999999999",
            "Fri, 29 Sep 2023 16:26:27 GMT",
            "Zun, 29 Sep 2023 16:26:27 GMT",
            "Fri, 29 Sep 100000 16:26:57 GMT",
        ];
        for text in nonsense {
            assert_eq!(read("retry-after", text), None, "{text}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test finds its data by the environment")]
    fn the_conformance_vectors_agree() {
        let Ok(folder) = std::env::var("RIVULET_CONFORMANCE") else {
            println!("RIVULET_CONFORMANCE is not set: nothing to check");
            return;
        };
        let text = std::fs::read(format!("{folder}/retry_after_vectors.json")).unwrap();
        let vectors: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for case in vectors["cases"].as_array().unwrap() {
            let (text, wait) = (case[1].as_str().unwrap(), case[2].as_f64().unwrap());
            match read("retry-after", text) {
                // A pause beyond two minutes is told, and whoever retries gives up instead.
                Some(pause) if pause > 120.0 => assert!(wait <= 8.0, "{case}"),
                Some(pause) => assert!((pause - wait).abs() < 0.5, "{case}: {pause}"),
                None => assert!(wait <= 8.0, "{case}"),
            }
        }
    }
}
