//! Compresses a stream piece by piece: what a client has of it can be read at once, without the pieces to come.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
};
use flate2::{Compress, Compression, FlushCompress, Status};
use futures::{Stream, StreamExt, stream};
use std::{
    future::ready,
    io::{self, Write},
};
use zstd::stream::{raw::CParameter, write::Encoder};

/// How far back an encoder looks, as a power of two in bytes. What stands around the words repeats, and is near: larger
/// windows save little, and each reader has one of its own. `docs/performance.md` has the figures.
const WINDOW_BITS: u8 = 12;

/// What a stream can be compressed with, the best last: of single tokens, gzip makes less than zstd does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coding {
    /// `zstd` (RFC 8878).
    Zstd,
    /// `gzip` (RFC 1952).
    Gzip,
}

impl Coding {
    /// The coding that the client likes best of those that it accepts (RFC 9110, 12.5.3).
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|line| line.to_str().ok());
        let offers: Vec<_> = lines.flat_map(|line| line.split(',')).map(offer).collect();
        let weight = |names: &[&str]| {
            let named = offers.iter().find(|(name, _)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
            named.or_else(|| offers.iter().find(|(name, _)| *name == "*")).map_or(0, |(_, weight)| *weight)
        };
        let best = [(weight(&["gzip", "x-gzip"]), Self::Gzip), (weight(&["zstd"]), Self::Zstd)].into_iter().max()?;
        // A client that likes it better as it is gets it as it is; what is not named is neither liked nor refused.
        let plain =
            offers.iter().find(|(name, _)| name.eq_ignore_ascii_case("identity")).map_or(0, |(_, weight)| *weight);
        (best.0 > 0 && best.0 >= plain).then_some(best.1)
    }

    /// Its name in `Content-Encoding`.
    pub(super) fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// One element of `Accept-Encoding`: a name and its weight in thousandths.
fn offer(element: &str) -> (&str, u16) {
    let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
    let mut weight = parameters.split(';').filter_map(|parameter| parameter.trim().strip_prefix("q="));
    let weight = weight.next_back().map_or(Some(1.0), |text| text.parse::<f32>().ok()).unwrap_or(0.0);
    (name.trim(), (weight.clamp(0.0, 1.0) * 1000.0) as u16)
}

/// The same pieces, compressed; each can be read as soon as it is there.
pub(super) fn compressed(
    pieces: impl Stream<Item = io::Result<Bytes>>,
    coding: Coding,
) -> impl Stream<Item = io::Result<Bytes>> {
    let ended = stream::iter([None]);
    pieces.map(Some).chain(ended).scan(None, move |encoder: &mut Option<PieceEncoder>, piece| {
        let encode = || -> io::Result<Bytes> {
            if encoder.is_none() {
                *encoder = Some(PieceEncoder::new(coding)?);
            }
            match (encoder.as_mut(), piece) {
                (Some(encoder), Some(piece)) => encoder.piece(&piece?),
                (Some(encoder), None) => encoder.end(),
                (None, _) => Ok(Bytes::new()),
            }
        };
        ready(Some(encode()))
    })
}

/// An encoder with what it remembers of the pieces before.
enum PieceEncoder {
    Gzip(Compress),
    Zstd(Box<Encoder<'static, Vec<u8>>>),
}

impl PieceEncoder {
    fn new(coding: Coding) -> io::Result<Self> {
        Ok(match coding {
            Coding::Gzip => Self::Gzip(Compress::new_gzip(Compression::fast(), WINDOW_BITS)),
            Coding::Zstd => {
                let mut encoder = Encoder::new(Vec::new(), 1)?;
                encoder.set_parameter(CParameter::WindowLog(WINDOW_BITS.into()))?;
                Self::Zstd(Box::new(encoder))
            }
        })
    }

    fn piece(&mut self, piece: &[u8]) -> io::Result<Bytes> {
        match self {
            Self::Gzip(compress) => deflate(compress, piece, FlushCompress::Sync),
            Self::Zstd(encoder) => {
                encoder.write_all(piece)?;
                encoder.flush()?;
                Ok(std::mem::take(encoder.get_mut()).into())
            }
        }
    }

    fn end(&mut self) -> io::Result<Bytes> {
        match self {
            Self::Gzip(compress) => deflate(compress, &[], FlushCompress::Finish),
            Self::Zstd(encoder) => {
                encoder.do_finish()?;
                Ok(std::mem::take(encoder.get_mut()).into())
            }
        }
    }
}

fn deflate(compress: &mut Compress, input: &[u8], flush: FlushCompress) -> io::Result<Bytes> {
    let (before, mut out) = (compress.total_in(), Vec::new());
    loop {
        out.reserve(input.len() / 2 + 64);
        let read = (compress.total_in() - before) as usize;
        let status = compress.compress_vec(&input[read..], &mut out, flush).map_err(io::Error::other)?;
        // Room that was left over says that there is nothing more to come.
        if status == Status::StreamEnd || (flush == FlushCompress::Sync && out.len() < out.capacity()) {
            return Ok(out.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_they_accept() {
        let accepted =
            |value: &str| Coding::accepted(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]));
        for (value, coding) in [
            ("gzip", Some(Coding::Gzip)),
            ("x-gzip", Some(Coding::Gzip)),
            ("GZIP;q=0.5", Some(Coding::Gzip)),
            ("zstd", Some(Coding::Zstd)),
            ("gzip, deflate, br, zstd", Some(Coding::Gzip)),
            ("gzip;q=0.8, zstd;q=1.0", Some(Coding::Zstd)),
            ("gzip;q=1.0, zstd;q=0.8", Some(Coding::Gzip)),
            ("gzip;q=0, zstd; q=0.001", Some(Coding::Zstd)),
            ("*", Some(Coding::Gzip)),
            ("gzip;q=0, *", Some(Coding::Zstd)),
            ("identity;q=0.5, gzip;q=1", Some(Coding::Gzip)),
            ("br", None),
            ("deflate, br", None),
            ("", None),
            ("identity", None),
            ("gzip;q=0", None),
            ("*;q=0", None),
            ("gzip;q=0.2, identity;q=0.9", None),
            ("gzip;q=soon", None),
        ] {
            assert_eq!(accepted(value), coding, "{value:?}");
        }
        assert_eq!(Coding::accepted(&HeaderMap::new()), None);
    }
}
