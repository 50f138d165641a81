//! What comes in from outside may take: who may start a generation, and what a connection may cost.

use super::{
    InvalidSetting, Variable,
    parse::{Reader, count, duration, or_off, size},
    variables::{
        RIVULET_BODY_TIMEOUT, RIVULET_HEADER_TIMEOUT, RIVULET_MAX_BODIES_BYTES, RIVULET_MAX_CONNECTIONS,
        RIVULET_MAX_MEMORY, RIVULET_MAX_READERS_PER_CLIENT, RIVULET_MAX_STREAMS, RIVULET_MAX_STREAMS_PER_CLIENT,
        RIVULET_MAX_WAITING_FILES_BYTES, RIVULET_RATE_LIMIT, RIVULET_RENDERING_LIMIT, RIVULET_REQUEST_LIMIT,
        RIVULET_WRITE_TIMEOUT,
    },
};
use crate::rate_limit::Quota;
use std::time::Duration;

/// Who may start a generation.
#[derive(Debug, Clone, Copy)]
pub struct AdmissionLimits {
    /// The most generations at one time.
    pub streams: usize,
    /// The most generations of one client at one time.
    pub client_streams: Option<usize>,
    /// How often a client may start one.
    pub rate: Option<Quota>,
    /// The most bytes of events of all generations; `None` where nobody has set it, which the start changes to a share of what
    /// the machine has.
    pub memory: Option<usize>,
    /// The most bytes of files that models are asked about and have not begun to answer; `None` as above.
    pub waiting_files: Option<usize>,
}

/// More than the tabs that a person has, fewer than a program needs to keep others out.
const CLIENT_STREAMS: usize = 20;

impl AdmissionLimits {
    pub(super) fn read(read: &Reader<'_>) -> Result<Self, InvalidSetting> {
        let rate = read.get(RIVULET_RATE_LIMIT, or_off(str::parse))?;
        let client_streams = read.optional(RIVULET_MAX_STREAMS_PER_CLIENT, or_off(count))?;
        Ok(Self {
            streams: read.get(RIVULET_MAX_STREAMS, count)?,
            // Whoever does without the one does not expect to be held back by the other.
            client_streams: client_streams.unwrap_or_else(|| rate.map(|_| CLIENT_STREAMS)),
            rate,
            memory: read.optional(RIVULET_MAX_MEMORY, size)?,
            waiting_files: read.optional(RIVULET_MAX_WAITING_FILES_BYTES, size)?,
        })
    }
}

/// What a client may ask for besides generations.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// How often it may ask.
    pub rate: Option<Quota>,
    /// How much code it may have coloured, and how many formulas set.
    pub rendering: Option<Quota>,
    /// The most event streams that it reads at one time.
    pub readers: Option<usize>,
}

/// Ten a second. Nobody clicks so fast, and a hundred tabs may be loaded at once.
const REQUESTS: &str = "600/min";

/// The page asks five times a second while an answer writes code, and at once for all formulas of an answer: ten tabs, and
/// thousands of formulas.
const RENDERING: &str = "3000/min";

/// How many readers there may be for each answer under way: several tabs may show the same.
const READERS_PER_STREAM: usize = 5;

impl RequestLimits {
    pub(super) fn read(
        read: &Reader<'_>,
        admission: AdmissionLimits,
        connections: ConnectionLimits,
    ) -> Result<Self, InvalidSetting> {
        // Whoever does without a limit on answers does not expect to be held back by another.
        let rate = |variable: Variable, default| match read.optional(variable, or_off(str::parse))? {
            Some(rate) => Ok(rate),
            None if admission.rate.is_some() => read.value(variable, default, str::parse).map(Some),
            None => Ok(None),
        };
        let readers = read.optional(RIVULET_MAX_READERS_PER_CLIENT, or_off(count))?;
        let most = connections.count.map_or(usize::MAX, |count| count.div_ceil(2));
        let by_default =
            || admission.client_streams.map(|streams| streams.saturating_mul(READERS_PER_STREAM).min(most));
        Ok(Self {
            rate: rate(RIVULET_REQUEST_LIMIT, REQUESTS)?,
            rendering: rate(RIVULET_RENDERING_LIMIT, RENDERING)?,
            readers: readers.unwrap_or_else(by_default),
        })
    }
}

/// What a connection, and all of them, may take.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// The most at one time; `None` for what the process's descriptors allow.
    pub count: Option<usize>,
    /// To send the head of a request, and between two requests.
    pub header: Duration,
    /// To send the body of a request.
    pub body: Duration,
    /// The most bytes of bodies that arrive at one time; `None` where nobody has set it, which the start changes to a share of what the
    /// machine has.
    pub bodies: Option<usize>,
    /// Without taking anything of what is there to read.
    pub write: Duration,
}

impl ConnectionLimits {
    pub(super) fn read(read: &Reader<'_>) -> Result<Self, InvalidSetting> {
        Ok(Self {
            count: read.optional(RIVULET_MAX_CONNECTIONS, count)?,
            header: read.get(RIVULET_HEADER_TIMEOUT, duration)?,
            body: read.get(RIVULET_BODY_TIMEOUT, duration)?,
            bodies: read.optional(RIVULET_MAX_BODIES_BYTES, size)?,
            write: read.get(RIVULET_WRITE_TIMEOUT, duration)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn the_limits_of_other_requests_follow_those_of_answers() {
        let limits = |pairs: &[(&str, &str)]| {
            let value = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            let RequestLimits { rate, readers, .. } = Settings::read(value).unwrap().requests;
            (rate.map(|rate| rate.to_string()), readers)
        };
        let off = ("RIVULET_RATE_LIMIT", "off");
        assert_eq!(limits(&[]), (Some("600 in a minute".into()), Some(100)));
        assert_eq!(limits(&[off]), (None, None));
        assert_eq!(limits(&[off, ("RIVULET_REQUEST_LIMIT", "5/s")]), (Some("5 in a second".into()), None));
        assert_eq!(
            limits(&[("RIVULET_REQUEST_LIMIT", "off"), ("RIVULET_MAX_READERS_PER_CLIENT", "3")]),
            (None, Some(3))
        );
        assert_eq!(limits(&[("RIVULET_MAX_CONNECTIONS", "20")]).1, Some(10));
        assert_eq!(limits(&[("RIVULET_MAX_STREAMS_PER_CLIENT", "off")]).1, None);
    }

    #[test]
    fn what_is_rendered_has_a_limit_of_its_own() {
        let limit = |pairs: &[(&str, &str)]| {
            let value = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            Settings::read(value).unwrap().requests.rendering.map(|rate| rate.to_string())
        };
        assert_eq!(limit(&[]).as_deref(), Some("3000 in a minute"));
        assert_eq!(limit(&[("RIVULET_RATE_LIMIT", "off")]), None);
        assert_eq!(limit(&[("RIVULET_RENDERING_LIMIT", "5/s")]).as_deref(), Some("5 in a second"));
        assert_eq!(limit(&[("RIVULET_RENDERING_LIMIT", "off")]), None);
    }

    #[test]
    fn without_a_rate_limit_a_client_may_have_any_number_of_streams() {
        let streams = |pairs: &[(&str, &str)]| {
            let value = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            Settings::read(value).unwrap().admission.client_streams
        };
        let (off, three) = (("RIVULET_RATE_LIMIT", "off"), ("RIVULET_MAX_STREAMS_PER_CLIENT", "3"));
        assert_eq!(streams(&[]), Some(CLIENT_STREAMS));
        assert_eq!(streams(&[off]), None);
        assert_eq!(streams(&[off, three]), Some(3));
        assert_eq!(streams(&[("RIVULET_MAX_STREAMS_PER_CLIENT", "off")]), None);
    }
}
