//! The bytes of an answer as they come in: put together, unpacked if they were packed, and never more than allowed.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use crate::{Error, ErrorKind, Result};

/// What came of an answer's body so far.
pub(super) struct Gathered {
    bytes: Pieces,
    limit: usize,
    received: usize,
}

enum Pieces {
    /// One piece or none: it is kept as it is.
    One(Bytes),
    Many(Vec<u8>),
    Packed(Box<MultiGzDecoder<Bounded>>),
}

impl Gathered {
    /// Begins with an answer's headers. Where they say that its body is packed, they do so no longer: it will be unpacked.
    pub(super) fn new(headers: &mut HeaderMap, limit: usize) -> Self {
        let packed = headers.get(CONTENT_ENCODING).is_some_and(|value| {
            [&b"gzip"[..], b"x-gzip"].iter().any(|name| value.as_bytes().eq_ignore_ascii_case(name))
        });
        let mut bytes = Pieces::One(Bytes::new());
        if packed {
            headers.remove(CONTENT_ENCODING);
            headers.remove(CONTENT_LENGTH);
            bytes = Pieces::Packed(Box::new(MultiGzDecoder::new(Bounded { bytes: Vec::new(), limit })));
        }
        Self { bytes, limit, received: 0 }
    }

    /// Takes the next piece. One that is too much is an error, and left out.
    pub(super) fn push(&mut self, piece: Bytes) -> Result<()> {
        self.received = self.received.saturating_add(piece.len());
        if self.received > self.limit {
            return Err(too_large(self.limit));
        }
        match &mut self.bytes {
            Pieces::One(first) if first.is_empty() => *first = piece,
            Pieces::One(first) => self.bytes = Pieces::Many([&first[..], &piece].concat()),
            Pieces::Many(bytes) => bytes.extend_from_slice(&piece),
            Pieces::Packed(gzip) => {
                let written = gzip.write_all(&piece);
                written.map_err(|error| unpackable(gzip, error))?;
            }
        }
        Ok(())
    }

    /// Checks that nothing is missing, when no more pieces come.
    pub(super) fn end(&mut self) -> Result<()> {
        match &mut self.bytes {
            // An answer without a body may still say how it would be packed.
            Pieces::Packed(gzip) if self.received > 0 => {
                let finished = gzip.try_finish();
                finished.map_err(|error| unpackable(gzip, error))
            }
            _ => Ok(()),
        }
    }

    /// All that came.
    pub(super) fn into_bytes(self) -> Bytes {
        match self.bytes {
            Pieces::One(bytes) => bytes,
            Pieces::Many(bytes) => bytes.into(),
            Pieces::Packed(mut gzip) => {
                // What cannot be unpacked was told before.
                let _ = gzip.flush();
                std::mem::take(&mut gzip.get_mut().bytes).into()
            }
        }
    }
}

/// Bytes up to a limit: a small packed body can be a large one.
#[derive(Debug)]
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Bounded {
    fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }
}

impl Write for Bounded {
    /// Takes what there is room for; of nothing, whoever writes makes an error.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.limit.saturating_sub(self.bytes.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.bytes.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unpackable(gzip: &MultiGzDecoder<Bounded>, error: io::Error) -> Error {
    let bounded = gzip.get_ref();
    if bounded.is_full() && error.kind() == io::ErrorKind::WriteZero {
        return too_large(bounded.limit);
    }
    Error::new(ErrorKind::Transport, "the answer came packed by gzip, and damaged or not to its end")
        .with_source(error)
}

fn too_large(limit: usize) -> Error {
    let message = format!("the answer has more than {limit} bytes, the limit that `max_response_bytes` sets");
    Error::new(ErrorKind::TooLarge, message)
}
